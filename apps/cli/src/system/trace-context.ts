/** Version, trace, span and flags; neither id is all zeros. https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/**
 * The trace that a command belongs to, where its caller names one in the environment, for the attributes of what it
 * publishes. What is no context is left out, as the standard asks: a trace never fails a job.
 * https://opentelemetry.io/docs/specs/otel/context/env-carriers/
 */
export function traceContext(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const { TRACEPARENT: traceparent = '', TRACESTATE: tracestate = '' } = env
  if (!TRACEPARENT.test(traceparent)) return {}
  return tracestate === '' ? { traceparent } : { traceparent, tracestate }
}
