import { createScoreCounts, type ScoreCounts } from '@millrace/predictions'

/*
 * How scores are spread, counted in a stream: exact at every edge, whatever their order and number.
 *
 *     fine     edges k / 1000 from 0 to 1: what a probability's threshold is set to by hand
 *     wide     1,024 bins whose width is a power of two and doubles when a score falls outside,
 *              for margins and regressions, whose range nobody knows beforehand
 *
 * A bin is `(edge below, edge]`, because a score that is exactly the threshold is not above it.
 */

export interface Grid {
  /** Ascending. */
  readonly edges: readonly number[]
  /** Scores above each edge. */
  readonly above: readonly number[]
}

export interface ScoreGrid {
  /** Adds scores; NaN is left out. */
  add(scores: Float64Array): void
  /** Fine when each score is a probability, else wide. The threshold, where there is one, is among the edges. */
  grid(): Grid
  readonly counts: ScoreCounts
}

const FINE = 1_000

export function createScoreGrid(threshold: number | undefined): ScoreGrid {
  const counts = createScoreCounts()
  const wide = createWideBins(counts)
  counts.set({ threshold: threshold ?? Infinity, min: Infinity, max: -Infinity })
  return {
    counts,
    add(scores) {
      for (let from = 0; from < scores.length; ) {
        from = counts.add(scores, from)
        if (from < scores.length) wide.makeRoom(scores[from] ?? Number.NaN)
      }
    },
    grid() {
      const fine = counts.thousandths
      const probabilities = counts.get('belowZero') === 0 && fine[FINE + 1] === 0
      const { edges, counts: each } = probabilities ? fineBins(fine) : wide.bins()
      const grid = gridOf(edges, each)
      return threshold === undefined
        ? grid
        : withEdge(grid, threshold, counts.get('aboveThreshold'))
    },
  }
}

const FINE_EDGES = Array.from({ length: FINE + 1 }, (_, k) => k / FINE)

const fineBins = (counts: Float64Array) => ({ edges: FINE_EDGES, counts })

/** `counts[i]` lie in the bin that ends at edge i; the last, one more than edges, above all. */
function gridOf(edges: readonly number[], counts: ArrayLike<number>): Grid {
  const above = edges.map(() => 0)
  let sum = counts[edges.length] ?? 0
  for (let index = edges.length - 1; index >= 0; index -= 1) {
    above[index] = sum
    sum += counts[index] ?? 0
  }
  return { edges, above }
}

function withEdge({ edges, above }: Grid, edge: number, count: number): Grid {
  if (edges.includes(edge)) return { edges, above }
  const at = edges.filter((other) => other < edge).length
  return { edges: edges.toSpliced(at, 0, edge), above: above.toSpliced(at, 0, count) }
}

/** The narrowest bin is 2^-40 wide: below 1e-12 nobody sets a threshold. */
const NARROWEST = -40

/** Bins are whole numbers that a double holds, and so are their neighbours. */
const BIN_MAX = 2 ** 50

/** Bin i ends at i × 2^exponent; a window of 1,024 of them holds every finite score seen. */
function createWideBins(counts: ScoreCounts) {
  let exponent = NARROWEST
  counts.set({ binsPerUnit: 2 ** -exponent, lowestBin: Infinity, highestBin: -Infinity })

  /** Doubles the width until the window holds `low` to `high`, then moves it there. */
  function fit(low: number, high: number): void {
    const before = counts.bins
    const window = new Float64Array(before.length)
    let doublings = 0
    const isTooFine = (): boolean =>
      Math.ceil(high / 2 ** doublings) - Math.ceil(low / 2 ** doublings) >= window.length ||
      Math.max(high, -low) / 2 ** doublings > BIN_MAX
    while (isTooFine()) doublings += 1
    const start = Math.ceil(low / 2 ** doublings)
    const first = counts.get('firstBin')
    before.forEach((count, index) => {
      if (count === 0) return
      const to = Math.ceil((first + index) / 2 ** doublings) - start
      window[to] = (window[to] ?? 0) + count
    })
    exponent += doublings
    counts.setBins(window)
    counts.set({
      binsPerUnit: 2 ** -exponent,
      firstBin: start,
      lowestBin: Math.ceil(counts.get('lowestBin') / 2 ** doublings),
      highestBin: Math.ceil(counts.get('highestBin') / 2 ** doublings),
    })
  }

  return {
    /** Moves the window so that a score that lies outside is in it. */
    makeRoom(score: number): void {
      const bin = binOf(score, counts.get('binsPerUnit'))
      fit(Math.min(counts.get('lowestBin'), bin), Math.max(counts.get('highestBin'), bin))
    },
    bins(): { edges: readonly number[]; counts: readonly number[] } {
      const [lowest, highest] = [counts.get('lowestBin'), counts.get('highestBin')]
      const [below, above] = [counts.get('infiniteBelow'), counts.get('infiniteAbove')]
      if (lowest > highest) return { edges: [], counts: [above] }
      // One edge below the lowest score, so that "above" all of it is an edge too.
      const seen = highest - lowest + 1
      const width = 2 ** exponent
      const window = counts.bins
      const edges = Array.from({ length: seen + 1 }, (_, index) => (lowest - 1 + index) * width)
      const from = lowest - counts.get('firstBin')
      return { edges, counts: [below, ...window.subarray(from, from + seen), above] }
    },
  }
}

/** The smallest i with `score <= i / bins`; a product that underflows is still above zero. */
function binOf(score: number, bins: number): number {
  const bin = Math.ceil(score * bins)
  return bin === 0 && score > 0 ? 1 : bin
}
