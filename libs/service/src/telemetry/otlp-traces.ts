import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  type Context,
  context,
  createContextKey,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Span as ApiSpan,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { JOB_TRACE, type SpanOptions, type TraceCarrier, type Tracer } from './tracer.ts'

/* Imported only when traces are configured: it costs start-up time and memory. */

const KINDS = {
  internal: SpanKind.INTERNAL,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const

const JOB = createContextKey('the trace of the job')

const propagator = new W3CTraceContextPropagator()

/**
 * A tracer that sends spans to an OTLP endpoint over HTTP.
 *
 * @param options.share Of traces that begin here; what has a parent is decided by it. 0 to 1.
 */
export function startTracer(options: {
  readonly app: string
  readonly version: string
  readonly endpointUrl: string
  readonly share: number
}): { readonly tracer: Tracer; close(): Promise<void> } {
  const exporter = new OTLPTraceExporter({ url: `${options.endpointUrl}/v1/traces` })
  const provider = new TracerProvider({
    resource: resourceFromAttributes(resourceOf(options)),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.share) }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const spans = provider.getTracer('millrace', options.version)

  const tracer: Tracer = {
    async span(name, options, work) {
      const { kind = 'internal', parent, root = false, links = [], attributes = {} } = options
      const from = parent === undefined ? context.active() : contextOf(parent)
      const span = spans.startSpan(
        name,
        { kind: KINDS[kind], root, links: links.flatMap(linkOf), attributes },
        from,
      )
      const { traceId } = span.spanContext()
      try {
        return await context.with(contextWithin(from, span, options), () =>
          work({ traceId, set: (more) => void span.setAttributes(more) }),
        )
      } catch (error) {
        span.recordException(error as Error)
        span.setAttribute('error.type', errorTypeOf(error))
        span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message })
        throw error
      } finally {
        span.end()
      }
    },
    carrier() {
      const carrier = carrierOf(context.active())
      const job = context.active().getValue(JOB) as TraceCarrier | undefined
      const jobTrace = job?.['traceparent']
      return jobTrace === undefined ? carrier : { ...carrier, [JOB_TRACE]: jobTrace }
    },
  }
  return { tracer, close: () => provider.shutdown() }
}

/** A code of a closed set where there is one, else the name: https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/ */
function errorTypeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  return typeof code === 'string' ? code : typeof name === 'string' ? name : '_OTHER'
}

/** Who sends, in the words of the semantic conventions. */
export function resourceOf({ app, version }: { readonly app: string; readonly version: string }) {
  return {
    'service.namespace': 'millrace',
    'service.name': `millrace-${app}`,
    'service.version': version,
  }
}

function contextWithin(from: Context, span: ApiSpan, { job }: SpanOptions): Context {
  const within = trace.setSpan(from, span)
  if (job === undefined) return within
  return within.setValue(JOB, job === 'this' ? carrierOf(within) : job)
}

function carrierOf(within: Context): Record<string, string> {
  const carrier: Record<string, string> = {}
  propagator.inject(within, carrier, defaultTextMapSetter)
  return carrier
}

function contextOf(carrier: TraceCarrier): Context {
  return propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter)
}

/** Nothing for a carrier that carries nothing, or nonsense. */
function linkOf(carrier: TraceCarrier) {
  const linked = trace.getSpanContext(contextOf(carrier))
  return linked === undefined ? [] : [{ context: linked }]
}
