import { type Cohort, openCohort, quartilesOf } from './latency-cohort.ts'

/**
 * Compares the latency of now with the latency of the endpoint when it has room to spare.
 *
 * Latencies jitter by their nature, and a difference counts only when it is large beside the jitter
 * (a z-test of the medians' logarithms): the least of many medians is luck, and a limiter that
 * believes in it strangles a healthy endpoint.
 */
export interface LatencyGauge {
  /** @param inFlight Invocations in flight, this one included. */
  sent(size: number, inFlight: number): Cohort
  /** True when that was the answer a cohort waited for, and what follows is new. */
  answered(cohort: Cohort, latencyMs: number): boolean
  /** Ended without an answer that says anything of latency. */
  dropped(cohort: Cohort): void
  /** Latency of the last cohort over latency with room to spare; 1 until both are known. */
  readonly ratio: number
  /** By how many standard errors the logarithm of that ratio is above zero. */
  readonly sureness: number
  /** Invocations in flight when those of the last cohort were sent: the mean. */
  readonly inFlight: number
  /** How many of them were served, and how many waited within the endpoint. */
  readonly served: number
  readonly queued: number
  /** Median of the last cohort of any size; of the first answer until there is one, and before it 0. */
  readonly typicalMs: number
  /** True of a latency that shows no waiting; undefined until there is a first cohort of its size. */
  isPrompt(size: number, latencyMs: number): boolean | undefined
  /** Takes the last cohort for what the endpoint needs with room to spare. */
  rebase(): void
  /**
   * From now on nothing counts that was sent before.
   *
   * @param free True when what is sent from now on finds room to spare.
   */
  restart(free: boolean): void
}

/** Invocations of a cohort, and no fewer than are in flight. */
const COHORT = 32
/** Fewer while little is known, for a queue is to be seen before it is long. */
const COHORT_FIRST = 4
const COHORT_STARTING = 8
/** Answers that the latency with room to spare is the mean of, at most: so it can follow. */
const FREE_ANSWERS_MAX = 64
/** Standard errors below which a cohort has the same latency, and over which it has a lower one. */
const SAME_MAX = 2
const LOWER_MIN = 4
/** Standard deviation of logarithms that is taken for granted. */
const JITTER_MIN = 0.15
const JITTER_STEP = 0.25
/** A median's standard error beside a mean's, of a normal distribution: the root of half pi. */
const MEDIAN_ERROR = 1.25
const PROMPT_RATIO = 1.5

/** Of one doubling of the size. Times are natural logarithms of milliseconds. */
interface SizeClass {
  open: Cohort | undefined
  /** With room to spare: the mean of medians, and how many answers stand behind it. */
  free: number
  freeCount: number
  jitter: number
}

/** @param starting True as long as cohorts are to be small. */
export function createLatencyGauge(starting: () => boolean): LatencyGauge {
  const classes = new Map<number, SizeClass>()
  let generation = 0
  let free = false
  let typicalMs = 0
  let last = { like: classOf(1), median: 0, count: 1, inFlight: 1, ratio: 1, sureness: 0 }

  return {
    sent(size, inFlight) {
      const cohort = cohortFor(size, inFlight)
      cohort.sent++
      cohort.inFlightSum += inFlight
      return cohort
    },
    answered(cohort, latencyMs) {
      if (typicalMs === 0) typicalMs = latencyMs
      if (cohort.generation !== generation || cohort.known) return false
      cohort.times.push(Math.log(Math.max(latencyMs, 0.01)))
      return take(cohort)
    },
    dropped(cohort) {
      cohort.lost++
      if (cohort.generation === generation && !cohort.known) take(cohort)
    },
    get ratio() {
      return last.ratio
    },
    get sureness() {
      return last.sureness
    },
    get inFlight() {
      return last.inFlight
    },
    get served() {
      return last.inFlight / last.ratio
    },
    get queued() {
      return last.inFlight - last.inFlight / last.ratio
    },
    get typicalMs() {
      return typicalMs
    },
    isPrompt(size, latencyMs) {
      const like = classOf(size)
      if (like.freeCount === 0) return undefined
      return Math.log(latencyMs) - like.free < Math.max(Math.log(PROMPT_RATIO), 2 * like.jitter)
    },
    rebase() {
      last.like.free = last.median
      last.like.freeCount = last.count
      last = { ...last, ratio: 1, sureness: 0 }
    },
    restart(roomToSpare) {
      free = roomToSpare
      generation++
    },
  }

  function cohortFor(size: number, inFlight: number): Cohort {
    const like = classOf(size)
    const { open } = like
    if (open !== undefined && open.generation === generation && open.sent < open.wanted) return open
    const wanted = sizeOfCohort(like, inFlight)
    return (like.open = openCohort({ size, wanted, generation, free }))
  }

  function sizeOfCohort({ freeCount }: SizeClass, inFlight: number): number {
    if (freeCount === 0) return COHORT_FIRST
    return starting() ? COHORT_STARTING : Math.max(COHORT, inFlight)
  }

  /** Learns from a cohort as soon as its quartiles are known. */
  function take(cohort: Cohort): boolean {
    const quartiles = quartilesOf(cohort)
    if (quartiles === undefined) return false
    cohort.known = true
    const like = classOf(cohort.size)
    const { median, deviation } = quartiles
    const count = cohort.sent - cohort.lost
    const sureness = compare(like, median, deviation, count)
    if (sureness < -LOWER_MIN) {
      like.free = median
      like.freeCount = count
    } else if (cohort.free || (starting() && sureness < SAME_MAX)) pool(like, median, count)
    const ratio = Math.max(1, Math.exp(median - like.free))
    last = { like, median, count, inFlight: cohort.inFlightSum / cohort.sent, ratio, sureness }
    typicalMs = Math.exp(median)
    return true
  }

  function classOf(size: number): SizeClass {
    const key = Math.floor(Math.log2(Math.max(1, size)))
    const known = classes.get(key)
    if (known !== undefined) return known
    const fresh = { open: undefined, free: 0, freeCount: 0, jitter: JITTER_MIN }
    classes.set(key, fresh)
    return fresh
  }
}

/** By how many standard errors a cohort's median is above the latency with room to spare. */
function compare(like: SizeClass, median: number, deviation: number, count: number): number {
  const first = like.freeCount === 0
  const jitter = Math.max(JITTER_MIN, deviation)
  like.jitter = first ? jitter : like.jitter + (jitter - like.jitter) * JITTER_STEP
  if (first) pool(like, median, count)
  const errors = MEDIAN_ERROR * like.jitter * Math.sqrt(1 / count + 1 / like.freeCount)
  return (median - like.free) / errors
}

/** Adds `count` answers of this median to what is known of the latency with room to spare. */
function pool(like: SizeClass, median: number, count: number): void {
  like.free += ((median - like.free) * count) / (like.freeCount + count)
  like.freeCount = Math.min(FREE_ANSWERS_MAX, like.freeCount + count)
}
