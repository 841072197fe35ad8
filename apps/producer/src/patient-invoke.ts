import { setTimeout as sleep } from 'node:timers/promises'
import { InvocationError, type Invoke } from '@millrace/invocation'

/** Between two looks at the endpoint; what follows the last is believed. */
const WAITS_MS = {
  /** It cannot be reached, or answers with a passing fault. */
  passing: [250, 500, 1_000, 2_000, 4_000],
  /** A cold or multi-model endpoint loads its model for up to six minutes, and throttles meanwhile. */
  throttled: [100, 200, 400, 800, 1_600, ...Array.from({ length: 72 }, () => 5_000)],
  /** A process that was frozen takes for late what it could not look at: it asks once more. */
  late: [250],
}

type Wait = (ms: number, value: undefined, options: { signal: AbortSignal }) => Promise<unknown>

/** Repeats an invocation over passing faults, so that a preflight judges a working endpoint. */
export function patient(invoke: Invoke, wait: Wait = sleep): Invoke {
  return async (request, signal) => {
    const looks = { passing: 0, throttled: 0, late: 0 }
    for (;;) {
      try {
        return await invoke(request, signal)
      } catch (error) {
        const fault = faultOf(error)
        if (fault === undefined) throw error
        const waitMs = WAITS_MS[fault][looks[fault]]
        if (waitMs === undefined) throw error
        looks[fault] += 1
        await wait(waitMs, undefined, { signal })
      }
    }
  }
}

/** Undefined where asking again changes nothing. */
function faultOf(error: unknown): keyof typeof WAITS_MS | undefined {
  if (!(error instanceof InvocationError)) return undefined
  if (error.code === 'invocation_timed_out') return 'late'
  if (error.kind === 'throttle') return 'throttled'
  return error.kind === 'transient' ? 'passing' : undefined
}
