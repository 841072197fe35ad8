/**
 * Invocations sent one after the other. Taken together, and not as their answers come: the first
 * answers of many are the quick ones, and of a jittery endpoint they tell half the truth.
 */
export interface Cohort {
  /** Of its first invocation. */
  readonly size: number
  readonly generation: number
  /** Sent while the endpoint had room to spare. */
  readonly free: boolean
  /** Invocations that it consists of, once all are sent. */
  readonly wanted: number
  sent: number
  /** Of these, how many ended without an answer. */
  lost: number
  inFlightSum: number
  /** Natural logarithms of milliseconds. */
  readonly times: number[]
  /** Its quartiles have been taken. */
  known: boolean
}

export function openCohort(facts: Pick<Cohort, 'size' | 'wanted' | 'generation' | 'free'>): Cohort {
  return { ...facts, sent: 0, lost: 0, inFlightSum: 0, times: [], known: false }
}

/** Standard deviations between the quartiles of a normal distribution. */
const QUARTILES_APART = 1.35

/**
 * Median and deviation, once three quarters have come: what is still out is above both. Undefined
 * before, and of a cohort of which too few were answered to say anything.
 */
export function quartilesOf(cohort: Cohort): { median: number; deviation: number } | undefined {
  const count = cohort.sent - cohort.lost
  if (cohort.sent < cohort.wanted || count < 3 || cohort.times.length < Math.ceil(count * 0.75))
    return undefined
  const times = cohort.times.toSorted((a, b) => a - b)
  const at = (share: number): number => times[Math.floor((count - 1) * share)] ?? Number.NaN
  return { median: at(0.5), deviation: (at(0.75) - at(0.25)) / QUARTILES_APART }
}
