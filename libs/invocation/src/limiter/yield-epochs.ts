/**
 * When to yield: at epochs of the wall clock, so that consumers that never hear of each other yield
 * together. Who yields alone only gives away what it has.
 *
 * A yielding costs about one and a half latencies of what was given. So while all of it comes back,
 * which is so where nobody else wants it and where the shares are equal already, epochs double; and
 * they are short again as soon as the level moves.
 */
export interface YieldEpochs {
  /** True once at each epoch; `latencyMs` is the typical one. */
  isDue(at: number, latencyMs: number): boolean
  /** To be told the level that is yielded from. */
  yielded(level: number): void
  /** To be told each level that throttled. */
  found(level: number, at: number, latencyMs: number): void
}

const EPOCH_MS = 5_000
const EPOCH_LATENCIES = 24
/** More would let a large consumer, whose level moves little, sleep while a small one yields alone. */
const DOUBLINGS_MAX = 1
/** Of the level yielded from: what has come to differ by more has moved. */
const MOVED_MIN = 0.03
/** From the first answer until the first yielding: what is not known yet is not to be divided. */
const LATENCIES_UNTIL_FIRST = 40

export function createYieldEpochs(): YieldEpochs {
  let firstAt: number | undefined
  let nextAt = Number.POSITIVE_INFINITY
  let yieldedFrom = 0
  let doublings = 0

  return {
    isDue(at, latencyMs) {
      const first = firstAt === undefined
      firstAt ??= at
      if (at < nextAt && !first) return false
      nextAt = epochAfter(at, latencyMs, doublings)
      return !first && at >= firstAt + LATENCIES_UNTIL_FIRST * latencyMs
    },
    yielded(level) {
      doublings = hasMoved(level) ? 0 : Math.min(DOUBLINGS_MAX, doublings + 1)
      yieldedFrom = level
    },
    found(level, at, latencyMs) {
      if (doublings === 0 || !hasMoved(level)) return
      doublings = 0
      nextAt = epochAfter(at, latencyMs, doublings)
    },
  }

  function hasMoved(level: number): boolean {
    return Math.abs(level - yieldedFrom) > Math.max(1, yieldedFrom * MOVED_MIN)
  }
}

/** Lengths are powers of two, so that consumers who see unlike latencies still meet. */
function epochAfter(at: number, latencyMs: number, doublings: number): number {
  const least = Math.ceil(Math.log2(Math.max(1, (EPOCH_LATENCIES * latencyMs) / EPOCH_MS)))
  const lengthMs = EPOCH_MS * 2 ** (least + doublings)
  return (Math.floor(at / lengthMs) + 1) * lengthMs
}
