import {
  type Endpoint,
  endpointKey,
  InvocationError,
  type InvocationErrorCode,
  type Invoke,
  type LimiterState,
} from '@millrace/invocation'
import type { Logger, Metrics, Telemetry } from '@millrace/service'

/** The same invocations, counted, timed and traced, and told of as far as they say how the endpoint is. */
export function watchInvoke(
  invoke: Invoke,
  { metrics, tracer }: Telemetry,
  teller: Pick<EndpointTeller, 'answered' | 'failed'>,
): Invoke {
  return async (request, signal) => {
    metrics.count('millrace.invocations', 1)
    const attributes = {
      'rpc.system': 'aws-api',
      'rpc.service': 'SageMakerRuntime',
      'rpc.method': 'InvokeEndpoint',
      'millrace.endpoint': request.endpoint.name,
    }
    return await tracer.span('InvokeEndpoint', { kind: 'client', attributes }, async () => {
      const answer = await invoke(request, signal).catch((error: unknown) => {
        if (error instanceof InvocationError) teller.failed(request.endpoint, error)
        throw error
      })
      teller.answered(request.endpoint)
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

/** Tells in the log that an endpoint goes, why, and that it comes back. */
export interface EndpointTeller {
  answered(endpoint: Endpoint): void
  failed(endpoint: Endpoint, error: InvocationError): void
  /** @param endpoint as `endpointKey` calls it. */
  limitChanged(endpoint: string, state: LimiterState): void
  /** How an endpoint has failed last; nothing of one that answers. */
  faultOf(endpoint: Endpoint): InvocationError | undefined
}

/**
 * A limit moves all the time, and an endpoint that is gone is tried again and again; that it goes, for each
 * reason, and that it comes back, is told once each. `millrace run` reads these lines, too.
 */
export function endpointTeller(logger: Pick<Logger, 'debug' | 'info' | 'warn'>): EndpointTeller {
  const faults = new Map<string, InvocationError>()
  const gone = new Map<string, InvocationErrorCode | undefined>()

  function tellGone(endpoint: string, facts: object): void {
    const error = faults.get(endpoint)
    gone.set(endpoint, error?.code)
    logger.warn({ endpoint, ...facts, error }, 'endpoint does not answer')
  }
  function isThere(endpoint: string): void {
    faults.delete(endpoint)
    if (gone.delete(endpoint)) logger.info({ endpoint }, 'endpoint answers again')
  }
  return {
    answered(endpoint) {
      if (faults.size + gone.size > 0) isThere(endpointKey(endpoint))
    },
    failed(endpoint, error) {
      const key = endpointKey(endpoint)
      if (isAnswer(error)) return isThere(key)
      if (error.code === 'payload_too_large') return
      faults.set(key, error)
      if (isLasting(error) && gone.get(key) !== error.code) tellGone(key, {})
    },
    limitChanged(endpoint, state) {
      if (state.circuit === 'open' && !gone.has(endpoint)) tellGone(endpoint, state)
      else logger.debug({ endpoint, ...state }, 'limit changed')
    },
    faultOf: (endpoint) => faults.get(endpointKey(endpoint)),
  }
}

/** Whoever refuses rows, or says "slower", is there. */
const isAnswer = ({ kind, code }: InvocationError): boolean =>
  kind === 'rows' || kind === 'permanent' || code === 'endpoint_throttled'

/** No wait of seconds mends it, so it is told at the first. Any other may be chance, and the circuit decides. */
const isLasting = ({ kind, code }: InvocationError): boolean =>
  kind === 'systemic' || code === 'model_not_ready'
