import type { Endpoint } from '../invoke/invocation.ts'
import { createLimiter, type Limiter, type LimiterOptions, type LimiterState } from './limiter.ts'

/** A limiter for each endpoint that this process invokes: one that is gone must not stop the others. */
export interface Limiters {
  /** Production variants and inference components have capacities of their own. */
  of(endpoint: Endpoint): Limiter
  /**
   * Resolves unless every endpoint that has work is gone: then, when one of them wants its probe.
   * On abort, rejects with the signal's reason.
   */
  ready(signal: AbortSignal): Promise<void>
  /**
   * True while the circuit of this endpoint is open and another one has work: what waits for the one
   * would take the other's place.
   */
  isInTheWay(endpoint: Endpoint): boolean
  /** By endpoint: `churn-v3`, `churn-v3/blue`. */
  readonly states: ReadonlyMap<string, LimiterState>
  /**
   * All endpoints together; the circuit is closed when it is for each. How one is that nobody has asked for in five
   * minutes, only its counts tell: its circuit would never close, and its limit is nobody's.
   */
  readonly total: LimiterState
}

export type LimitersOptions = Omit<LimiterOptions, 'onChange'> & {
  readonly onChange?: (endpoint: string, state: LimiterState) => void
}

/** Endpoints remembered; of more, those without work are forgotten, the oldest first. */
const ENDPOINTS_MAX = 64
/** Longer than the copies of a message are kept back while an endpoint is gone. */
const IDLE_MS = 5 * 60_000

interface Known {
  readonly limiter: Limiter
  askedAt: number
}

export function createLimiters({ onChange, ...options }: LimitersOptions): Limiters {
  const limiters = new Map<string, Known>()
  let throttlesForgotten = 0
  let answersForgotten = 0

  return {
    of(endpoint) {
      const key = endpointKey(endpoint)
      const known = limiters.get(key)
      if (known !== undefined) {
        known.askedAt = options.now()
        return known.limiter
      }
      const limiter = createLimiter({
        ...options,
        onChange: (state) => onChange?.(key, state),
      })
      limiters.set(key, { limiter, askedAt: options.now() })
      forgetIdle()
      return limiter
    },
    async ready(signal) {
      signal.throwIfAborted()
      const working = withWork()
      if (working.length === 0 || working.some(({ state }) => state.circuit !== 'open')) return
      // The losers of the race are ended, so that they do not wait for ever.
      const decided = new AbortController()
      const either = AbortSignal.any([signal, decided.signal])
      const waits = working.map((limiter) => limiter.ready(either))
      try {
        await Promise.race(waits)
      } finally {
        decided.abort()
        await Promise.allSettled(waits)
      }
    },
    isInTheWay(endpoint) {
      const own = limiters.get(endpointKey(endpoint))?.limiter
      if (own?.state.circuit !== 'open') return false
      return withWork().some((limiter) => limiter !== own && limiter.state.circuit !== 'open')
    },
    get states() {
      return new Map([...limiters].map(([key, { limiter }]) => [key, limiter.state]))
    },
    get total() {
      const states = [...limiters.values()].map(({ limiter }) => limiter.state)
      const used = [...limiters.values()].filter(isUsed).map(({ limiter }) => limiter.state)
      return {
        limit: sum(used, 'limit'),
        inFlight: sum(used, 'inFlight'),
        waiting: sum(used, 'waiting'),
        throttles: throttlesForgotten + sum(states, 'throttles'),
        answers: answersForgotten + sum(states, 'answers'),
        circuit: used.find(({ circuit }) => circuit !== 'closed')?.circuit ?? 'closed',
      }
    },
  }

  function withWork(): Limiter[] {
    return [...limiters.values()].map(({ limiter }) => limiter).filter(hasWork)
  }

  function isUsed({ limiter, askedAt }: Known): boolean {
    return hasWork(limiter) || options.now() - askedAt < IDLE_MS
  }

  function forgetIdle(): void {
    for (const [key, { limiter }] of limiters) {
      if (limiters.size <= ENDPOINTS_MAX) return
      if (hasWork(limiter)) continue
      limiters.delete(key)
      throttlesForgotten += limiter.state.throttles
      answersForgotten += limiter.state.answers
    }
  }
}

const sum = (
  states: readonly LimiterState[],
  of: 'limit' | 'inFlight' | 'waiting' | 'throttles' | 'answers',
): number => states.reduce((all, state) => all + state[of], 0)

const hasWork = ({ state }: Limiter): boolean => state.inFlight + state.waiting > 0

/** What an endpoint is called in logs: `churn-v3`, `churn-v3/blue`. */
export function endpointKey({ name, variant, inferenceComponent }: Endpoint): string {
  return [name, variant, inferenceComponent].filter((part) => part !== undefined).join('/')
}
