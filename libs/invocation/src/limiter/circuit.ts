export type Circuit = 'closed' | 'open' | 'probing'

/*
 * Tells an endpoint that is gone from one that fails now and then.
 *
 *     closed ── twenty failures in a row ──▶ open ── cool-off ──▶ probing: one invocation at a time
 *        ▲                                     ▲                    │   │
 *        └───────────── it answers ────────────┼────────────────────┘   │
 *                                              └──── it fails: twice ───┘
 *                                                    the cool-off
 *
 * Where the first probe is answered the alarm was false: some rows break the container, and many of them came
 * together. The next one takes twice as many failures then, until one is true.
 */

export interface CircuitBreaker {
  readonly state: Circuit
  answered(): void
  /** Takes a failure; when that opens the circuit, the milliseconds until `coolOffOver` is due. */
  failed(): number | undefined
  coolOffOver(): void
}

/** By chance alone, at 5 % of faults, this comes once in 10^26 invocations. */
const FAILURES_IN_ROW_START = 20
/** An endpoint that is gone for good is asked so often in vain, by all who were at it. */
const FAILURES_IN_ROW_MAX = 320
const COOL_OFF_START_MS = 1_000
/** However long it was gone, its return is noticed within this; a fleet of a hundred asks 20 times a second. */
const COOL_OFF_MAX_MS = 5_000

export function createCircuit(): CircuitBreaker {
  let state: Circuit = 'closed'
  let failuresInRow = 0
  let failuresMax = FAILURES_IN_ROW_START
  /** How often it has opened since it was closed last. */
  let openings = 0
  let coolOffMs = COOL_OFF_START_MS

  return {
    get state() {
      return state
    },
    answered() {
      if (openings > 0) {
        const isFalse = openings === 1 && state === 'probing'
        failuresMax = isFalse
          ? Math.min(2 * failuresMax, FAILURES_IN_ROW_MAX)
          : FAILURES_IN_ROW_START
      }
      openings = 0
      failuresInRow = 0
      coolOffMs = COOL_OFF_START_MS
      // An answer that was under way when the circuit opened is as good as a probe's.
      state = 'closed'
    },
    failed() {
      failuresInRow++
      if (state === 'open') return undefined
      if (state === 'closed' && failuresInRow < failuresMax) return undefined
      state = 'open'
      openings++
      const wait = coolOffMs
      coolOffMs = Math.min(COOL_OFF_MAX_MS, coolOffMs * 2)
      return wait
    },
    coolOffOver() {
      if (state === 'open') state = 'probing'
    },
  }
}
