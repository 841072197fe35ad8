import { jobCarrierOf, noTracer, type Span, traceCarrierOf, type Tracer } from './tracer.ts'

/** What of a received message a span says; that of `@millrace/queue` has it. */
export interface TracedMessage {
  readonly messageId: string
  readonly attempt: number
  readonly attributes: Readonly<Record<string, string>>
}

/**
 * Runs one attempt of a message in a span, as the messaging conventions have it:
 * https://opentelemetry.io/docs/specs/semconv/messaging/sqs/
 *
 * @param options.follows `continues` what published it, in one trace; `links` to it, as one of many;
 *   or `returns` into the trace of the job and links to what published it.
 */
export function processSpan<T>(
  tracer: Tracer,
  queueUrl: string,
  message: TracedMessage,
  options: { readonly follows: 'continues' | 'links' | 'returns' },
  work: (span: Span) => Promise<T>,
): Promise<T> {
  // Nobody would read what it says, once for each message.
  if (tracer === noTracer) return tracer.span('', {}, work)
  const from = traceCarrierOf(message.attributes)
  const job = jobCarrierOf(message.attributes)
  const relations = {
    continues: { parent: from, links: [from], job: 'this' as const },
    links: { root: true, links: [from], job },
    returns: { parent: job, links: [from] },
  }
  const attributes = {
    ...messagingAttributes('process', queueUrl),
    'messaging.message.id': message.messageId,
    'millrace.attempt': message.attempt,
  }
  return tracer.span(
    `process ${queueNameOf(queueUrl)}`,
    { kind: 'consumer', ...relations[options.follows], attributes },
    work,
  )
}

/** Runs a publishing in a span, so that what is published carries that span. */
export function publishSpan<T>(
  tracer: Tracer,
  queueUrl: string,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return tracer.span(
    `send ${queueNameOf(queueUrl)}`,
    { kind: 'producer', attributes: messagingAttributes('send', queueUrl) },
    work,
  )
}

function messagingAttributes(operation: 'send' | 'process', queueUrl: string) {
  return {
    'messaging.system': 'aws_sqs',
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
    'messaging.destination.name': queueNameOf(queueUrl),
    'aws.sqs.queue.url': queueUrl,
    ...serverOf(queueUrl),
  }
}

/** The port is named where it is not that of HTTPS. */
function serverOf(queueUrl: string): Record<string, string | number> {
  if (!URL.canParse(queueUrl)) return {}
  const { hostname, port } = new URL(queueUrl)
  return { 'server.address': hostname, ...(port === '' ? {} : { 'server.port': Number(port) }) }
}

const queueNameOf = (queueUrl: string): string => queueUrl.split('/').at(-1) ?? queueUrl
