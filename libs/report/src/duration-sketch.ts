/*
 * Durations in bins that grow by a twentieth: a quantile is right to 2.5 %, in 1 KB, and two sketches
 * add up to the sketch of both.
 */

const GROWTH = Math.log(1.05)
/** Up to 1.05^400 ms, about three days. */
const BINS = 400

export interface DurationSketch {
  /** Milliseconds, at least 0. */
  add(ms: number): void
  merge(other: DurationSketch): void
  /** The duration that the share `q` of all is not above, in ms; 0 of none. */
  quantile(q: number): number
  readonly max: number
  readonly counts: Float64Array
}

export function createDurationSketch(): DurationSketch {
  const counts = new Float64Array(BINS)
  let total = 0
  let max = 0
  return {
    counts,
    get max() {
      return max
    },
    add(ms) {
      const bin = Math.min(BINS - 1, Math.floor(Math.log(Math.max(1, ms)) / GROWTH))
      counts[bin] = (counts[bin] ?? 0) + 1
      total += 1
      max = Math.max(max, ms)
    },
    merge(other) {
      other.counts.forEach((count, bin) => {
        counts[bin] = (counts[bin] ?? 0) + count
        total += count
      })
      max = Math.max(max, other.max)
    },
    quantile(q) {
      const rank = Math.max(1, Math.ceil(q * total))
      let sum = 0
      for (let bin = 0; bin < BINS; bin += 1) {
        sum += counts[bin] ?? 0
        if (sum >= rank) return Math.min(max, Math.exp((bin + 0.5) * GROWTH))
      }
      return 0
    },
  }
}
