import { setTimeout as sleep } from 'node:timers/promises'
import { InvocationError, type Invoke } from '@millrace/invocation'

/** Waits between the looks at an endpoint that cannot be reached or answers with a passing fault. */
const PASSING_WAITS_MS = [250, 500, 1_000, 2_000, 4_000]
/** A cold or multi-model endpoint loads its model for up to six minutes, and throttles meanwhile. */
const THROTTLED_WAITS_MS = [100, 200, 400, 800, 1_600, ...Array.from({ length: 72 }, () => 5_000)]

/** Repeats an invocation over passing faults, so that a preflight judges a working endpoint. */
export function patient(invoke: Invoke): Invoke {
  return async (request, signal) => {
    const waits = { transient: [...PASSING_WAITS_MS], throttle: [...THROTTLED_WAITS_MS] }
    for (;;) {
      try {
        return await invoke(request, signal)
      } catch (error) {
        if (!(error instanceof InvocationError)) throw error
        const { kind } = error
        const waitMs = kind === 'transient' || kind === 'throttle' ? waits[kind].shift() : undefined
        if (waitMs === undefined) throw error
        await sleep(waitMs, undefined, { signal })
      }
    }
  }
}
