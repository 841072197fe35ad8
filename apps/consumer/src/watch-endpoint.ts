import type { Invoke, LimiterState } from '@millrace/invocation'
import type { Logger, Metrics, Telemetry } from '@millrace/service'

/** The same invocations, counted, timed and traced. */
export function watchInvoke(invoke: Invoke, { metrics, tracer }: Telemetry): Invoke {
  return async (request, signal) => {
    metrics.count('millrace.invocations', 1)
    const attributes = {
      'rpc.system': 'aws-api',
      'rpc.service': 'SageMakerRuntime',
      'rpc.method': 'InvokeEndpoint',
      'millrace.endpoint': request.endpoint.name,
    }
    return await tracer.span('InvokeEndpoint', { kind: 'client', attributes }, async () => {
      const answer = await invoke(request, signal)
      metrics.measure('millrace.invocation.duration', answer.durationMs / 1_000)
      return answer
    })
  }
}

/**
 * Reports how much of the endpoint is used.
 *
 * @returns what is told of each change of the limiter.
 */
export function watchLimiter(
  metrics: Metrics,
  state: () => LimiterState,
): (state: LimiterState) => void {
  metrics.gauge('millrace.invocations.in_flight', () => state().inFlight)
  metrics.gauge('millrace.limit', () => state().limit)
  metrics.gauge('millrace.circuit.open', () => (state().circuit === 'closed' ? 0 : 1))
  metrics.total('millrace.throttles', () => state().throttles)
  let limit = 0
  return (changed) => {
    if (changed.limit !== limit) metrics.count('millrace.limit.changes', 1)
    limit = changed.limit
  }
}

/**
 * A limit moves all the time, and an endpoint that is gone is tried again and again; that it goes, and
 * that it comes back, is told once each.
 */
export function endpointTeller(
  logger: Pick<Logger, 'debug' | 'info' | 'warn'>,
): (endpoint: string, state: LimiterState) => void {
  const gone = new Set<string>()
  return (endpoint, state) => {
    const facts = { endpoint, ...state }
    if (state.circuit === 'open' && !gone.has(endpoint)) {
      gone.add(endpoint)
      logger.warn(facts, 'endpoint does not answer')
    } else if (state.circuit === 'closed' && gone.delete(endpoint)) {
      logger.info(facts, 'endpoint answers again')
    } else {
      logger.debug(facts, 'limit changed')
    }
  }
}
