import { setTimeout as sleep } from 'node:timers/promises'
import { InvocationError, type Invoke } from '@millrace/invocation'

/** Between two looks at the endpoint; what follows the last is believed. */
const waitsMs = (patienceMs: number) => ({
  /** It cannot be reached, or answers with a passing fault. */
  passing: waitsWithin(patienceMs),
  /** A cold or multi-model endpoint loads its model for up to six minutes, and throttles meanwhile. */
  throttled: [100, 200, 400, 800, 1_600, ...Array.from({ length: 72 }, () => 5_000)],
  /** A process that was frozen takes for late what it could not look at: it asks once more. */
  late: [250],
})

type Fault = keyof ReturnType<typeof waitsMs>

/** Each twice the one before, up to five seconds, and in all no longer than `patienceMs`. */
function waitsWithin(patienceMs: number): readonly number[] {
  const waits: number[] = []
  let [wait, sum] = [250, 0]
  while (sum + wait <= patienceMs) {
    waits.push(wait)
    sum += wait
    wait = Math.min(2 * wait, 5_000)
  }
  return waits
}

type Wait = (ms: number, value: undefined, options: { signal: AbortSignal }) => Promise<unknown>

/**
 * Repeats an invocation over passing faults, so that a preflight judges a working endpoint.
 *
 * @param patienceMs how long an endpoint that is not reached, or answers with a passing fault, is asked again.
 */
export function patient(invoke: Invoke, patienceMs: number, wait: Wait = sleep): Invoke {
  const all = waitsMs(patienceMs)
  return async (request, signal) => {
    const looks = { passing: 0, throttled: 0, late: 0 }
    for (;;) {
      try {
        return await invoke(request, signal)
      } catch (error) {
        const fault = faultOf(error)
        if (fault === undefined) throw error
        const waitMs = all[fault][looks[fault]]
        if (waitMs === undefined) throw error
        looks[fault] += 1
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
