/*
 * Traces across the queues. A message carries the context of the span that published it, as W3C
 * `traceparent` in its attributes; what processes it begins its own span from that.
 *
 *     submit ─▶ process jobs ─▶ send batches                 one trace per job
 *                    │              ╎ link
 *                    │          process batches ─▶ send completions    one per attempt of a batch
 *                    │                                   ╎ link
 *                    └───────────▶ process completions        in the trace of the job again
 *
 * A job has a trace of its own and each attempt of a batch another, joined by links, because a job of a
 * million batches would make one trace that no backend shows.
 * https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */

/** What of a span travels in message attributes. */
export type TraceCarrier = Readonly<Record<string, string>>

export interface SpanOptions {
  readonly kind?: 'internal' | 'client' | 'producer' | 'consumer'
  /** The span's parent in another process. Default: the span in whose `work` this is called. */
  readonly parent?: TraceCarrier
  /** Begins a trace of its own. */
  readonly root?: boolean
  /** Other spans that this one follows from. */
  readonly links?: readonly TraceCarrier[]
  /** The span of the job, or `this`: handed on in what is published within this span. */
  readonly job?: TraceCarrier | 'this'
  readonly attributes?: SpanAttributes
}

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>

export interface Span {
  /** For log lines; nothing when nothing is traced. */
  readonly traceId?: string
  set(attributes: SpanAttributes): void
}

export interface Tracer {
  /** Runs `work` within a span. What it throws is noted on the span and thrown on. */
  span<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>
  /** The context of the span in whose `work` this is called, for the attributes of a message. */
  carrier(): TraceCarrier
}

/** Traces nothing, and adds nothing to a message. */
export const noTracer: Tracer = {
  span: (_name, _options, work) => work({ set() {} }),
  carrier: () => ({}),
}

/** The context in which a message was published; empty when it carries none. */
export function traceCarrierOf(attributes: Readonly<Record<string, string>>): TraceCarrier {
  const { traceparent, tracestate } = attributes
  if (traceparent === undefined) return {}
  return tracestate === undefined ? { traceparent } : { traceparent, tracestate }
}

/** The span of the job, which messages carry beside that which published them. */
export function jobCarrierOf(attributes: Readonly<Record<string, string>>): TraceCarrier {
  const traceparent = attributes[JOB_TRACE]
  return traceparent === undefined ? {} : { traceparent }
}

/** The attribute in which the job's span is handed on. */
export const JOB_TRACE = 'jobtrace'
