import { setTimeout as sleep } from 'node:timers/promises'
import { InvocationError, type Invoke } from '@millrace/invocation'

/** Then the request is postponed, so that others of this producer have their turn. */
const THROTTLED_MS = 20_000
/**
 * Consumers that keep an endpoint busy make room at epochs of whole multiples of five seconds, for two
 * latencies. Waits that are all alike could miss each of them; and a throttle costs nobody anything.
 */
const THROTTLED_WAIT_MS = { least: 200, most: 400 }

type Fault = 'passing' | 'throttled' | 'late'

/** Milliseconds between two looks at the endpoint; what follows the last is believed. */
function waitsAfter(patienceMs: number, random: () => number): Record<Fault, Iterator<number>> {
  const { least, most } = THROTTLED_WAIT_MS
  return {
    /** It cannot be reached, or answers with a passing fault. */
    passing: within(patienceMs, (last = 125) => Math.min(2 * last, 5_000)),
    throttled: within(THROTTLED_MS, () => least + (most - least) * random()),
    /** A process that was frozen takes for late what it could not look at: it asks once more. */
    late: [250].values(),
  }
}

/** As many as are no longer than `totalMs` together. */
function* within(totalMs: number, next: (last?: number) => number): Generator<number> {
  let wait = next()
  for (let sum = wait; sum <= totalMs; sum += wait) {
    yield wait
    wait = next(wait)
  }
}

type Wait = (ms: number, value: undefined, options: { signal: AbortSignal }) => Promise<unknown>

/**
 * Repeats an invocation over passing faults, so that a preflight judges a working endpoint.
 *
 * @param patienceMs how long an endpoint that is not reached, or answers with a passing fault, is asked again.
 */
export function patient(
  invoke: Invoke,
  patienceMs: number,
  { wait = sleep, random = Math.random }: { wait?: Wait; random?: () => number } = {},
): Invoke {
  return async (request, signal) => {
    const waits = waitsAfter(patienceMs, random)
    for (;;) {
      try {
        return await invoke(request, signal)
      } catch (error) {
        const fault = faultOf(error)
        if (fault === undefined) throw error
        const { done, value: waitMs } = waits[fault].next()
        if (done === true) throw error
        await wait(waitMs, undefined, { signal })
      }
    }
  }
}

/** Undefined where asking again changes nothing. */
function faultOf(error: unknown): Fault | undefined {
  if (!(error instanceof InvocationError)) return undefined
  if (error.code === 'invocation_timed_out') return 'late'
  if (error.kind === 'throttle') return 'throttled'
  return error.kind === 'transient' ? 'passing' : undefined
}
