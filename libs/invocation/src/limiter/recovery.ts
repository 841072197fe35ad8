/**
 * How room that was given back is taken again: slot by slot, and ever sooner. One more after a latency,
 * three after two, seven after three; the same for all who began together, whatever each of them has.
 *
 * Slots are asked for one at a time because the endpoint has one free now and then while its clients
 * turn to their next invocation: who asks for eight at such a moment takes what others had.
 */
export interface Recovery {
  /** When the next slot is due; milliseconds since the epoch. */
  readonly dueAt: number
  begin(at: number, latencyMs: number): void
  /** How many slots are due by now: to be counted once. */
  take(at: number): number
}

/** Timers wait no shorter; after no time at all, any number of slots were due at once. */
const LATENCY_MS_MIN = 1
/** A slot that is later than this part of a latency did not wait for its time only. */
const LATE_MAX = 0.5

export function createRecovery(): Recovery {
  let beganAt = 0
  let latencyMs = 0
  let taken = 0
  const dueAt = (): number => beganAt + latencyMs * Math.log2(taken + 2)

  return {
    get dueAt() {
      return dueAt()
    },
    begin(at, latency) {
      beganAt = at
      latencyMs = Math.max(LATENCY_MS_MIN, latency)
      taken = 0
    },
    take(at) {
      const late = at - dueAt()
      if (late > LATE_MAX * latencyMs) beganAt += late
      const before = taken
      while (dueAt() <= at) taken++
      return taken - before
    },
  }
}
