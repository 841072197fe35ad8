/**
 * How often each level was throttled when it was tried: what is known of the ceiling. A level that
 * throttled is tried again after three times as many answers each time, so that knocking at the
 * ceiling stays under one percent of the invocations.
 */
export interface RefusedLevels {
  refused(level: number): void
  /** The level held since it was reached. */
  held(level: number): void
  /** The highest of so many levels above this one that comes before one that was refused; at least one more. */
  reach(level: number, step: number): number
  /** Answers before one more than this level is tried. */
  answersNeeded(level: number): number
}

/** Answers before a level that throttled is tried again, at most; fewer for a level that did not. */
const ANSWERS_MAX = 400
/** At least, for a level that throttled twice: of a few slots, three times as many answers are few. */
const ANSWERS_MIN = 200
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
    answersNeeded(level) {
      const calm = 2 * level
      const times = timesOf(level + 1)
      const patient = Math.max(calm * 3 ** times, times > 1 ? ANSWERS_MIN : 0)
      return Math.min(patient, Math.max(calm, ANSWERS_MAX))
    },
  }
}
