/**
 * How often each level was throttled when it was tried: what is known of the ceiling. A level that
 * throttled is tried again after three times as many answers each time, until that is once in fifty
 * latencies: for each consumer of an endpoint alike, or the one with more would ask more often for what
 * the others have.
 */
export interface RefusedLevels {
  refused(level: number): void
  /** The level held since it was reached. */
  held(level: number): void
  /** So many levels above this one, but none beyond one that was refused; at least one more. */
  reach(level: number, step: number): number
  /** Answers before one more than this level is tried; `latencyMs` is the typical one. */
  answersNeeded(level: number, latencyMs: number): number
}

const LATENCIES = 2
const LATENCIES_MAX = 50
/** For a level that throttled twice: of a few slots, fifty latencies are few answers. */
const ANSWERS_MIN = 200
/** But not for longer than so many answers take, which may be of 20 s each. */
const ANSWERS_MIN_MS = 120_000
const REFUSALS_MAX = 10

export function createRefusedLevels(): RefusedLevels {
  const refusals = new Map<number, number>()
  const timesOf = (level: number): number => refusals.get(level) ?? 0

  return {
    refused: (level) => void refusals.set(level, Math.min(REFUSALS_MAX, timesOf(level) + 1)),
    held(level) {
      for (const refused of refusals.keys()) if (refused <= level) refusals.delete(refused)
    },
    reach(level, step) {
      let next = level + 1
      while (next < level + step && !refusals.has(next + 1)) next++
      return next
    },
    answersNeeded(level, latencyMs) {
      const times = timesOf(level + 1)
      const answers = level * Math.min(LATENCIES * 3 ** times, LATENCIES_MAX)
      const least = Math.min(ANSWERS_MIN, (level * ANSWERS_MIN_MS) / latencyMs)
      return Math.max(answers, times > 1 ? least : 0)
    },
  }
}
