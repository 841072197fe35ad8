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
  /** Fine when each score is a probability, else wide. The threshold is among the edges. */
  grid(): Grid
}

const FINE = 1_000

export function createScoreGrid(threshold: number): ScoreGrid {
  const fine = new Float64Array(FINE + 2)
  const wide = createWideBins()
  const total = { scores: 0, aboveThreshold: 0, below0: 0 }
  return {
    add(scores) {
      let { scores: count, aboveThreshold, below0 } = total
      for (let index = 0; index < scores.length; index += 1) {
        const score = scores[index] ?? Number.NaN
        if (Number.isNaN(score)) continue
        count += 1
        if (score > threshold) aboveThreshold += 1
        if (score < 0) below0 += 1
        const bin = fineBin(score)
        fine[bin] = (fine[bin] ?? 0) + 1
      }
      Object.assign(total, { scores: count, aboveThreshold, below0 })
      wide.add(scores)
    },
    grid() {
      const probabilities = total.below0 === 0 && (fine[FINE + 1] ?? 0) === 0
      const { edges, counts } = probabilities ? fineBins(fine) : wide.bins()
      return withEdge(gridOf(edges, counts), threshold, total.aboveThreshold)
    },
  }
}

/** The smallest k with `score <= k / 1000`, by the very comparison that a decision makes. */
function fineBin(score: number): number {
  if (score <= 0) return 0
  if (score > 1) return FINE + 1
  const near = Math.ceil(score * FINE)
  if (score > (FINE_EDGES[near] ?? Infinity)) return near + 1
  return score <= (FINE_EDGES[near - 1] ?? -Infinity) ? near - 1 : near
}

const FINE_EDGES = Float64Array.from({ length: FINE + 1 }, (_, k) => k / FINE)

const fineBins = (counts: Float64Array) => ({ edges: [...FINE_EDGES], counts: [...counts] })

/** `counts[i]` lie in the bin that ends at edge i; the last, one more than edges, above all. */
function gridOf(edges: readonly number[], counts: readonly number[]): Grid {
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

const WIDE = 1_024
/** The narrowest bin is 2^-40 wide: below 1e-12 nobody sets a threshold. */
const NARROWEST = -40

/** Above it a score counts as infinite: its bin's number would be. */
const FINITE_MAX = 1e290

/** Bins are whole numbers that a double holds, and so are their neighbours. */
const BIN_MAX = 2 ** 50

/** Bin i ends at i × 2^exponent; a window of 1,024 of them holds every finite score seen. */
function createWideBins() {
  let counts = new Float64Array(WIDE)
  let exponent = NARROWEST
  /** Bins of a unit: a multiplication by it is exact, and quicker than a division by the width. */
  let bins = 2 ** -NARROWEST
  let first = 0
  let [lowest, highest] = [Infinity, -Infinity]
  const infinite = { below: 0, above: 0 }

  /** Doubles the width until the window holds `low` to `high`, then moves it there. */
  function fit(low: number, high: number): void {
    let doublings = 0
    const isTooFine = (): boolean =>
      Math.ceil(high / 2 ** doublings) - Math.ceil(low / 2 ** doublings) >= WIDE ||
      Math.max(high, -low) / 2 ** doublings > BIN_MAX
    while (isTooFine()) doublings += 1
    const start = Math.ceil(low / 2 ** doublings)
    const moved = new Float64Array(WIDE)
    for (let index = 0; index < WIDE; index += 1) {
      const count = counts[index] ?? 0
      if (count === 0) continue
      const to = Math.ceil((first + index) / 2 ** doublings) - start
      moved[to] = (moved[to] ?? 0) + count
    }
    counts = moved
    exponent += doublings
    bins = 2 ** -exponent
    first = start
    lowest = Math.ceil(lowest / 2 ** doublings)
    highest = Math.ceil(highest / 2 ** doublings)
  }

  /** Counts scores in the window, from one on; answers the first that does not lie in it. */
  function addFitting(scores: Float64Array, from: number): number {
    const [counted, unit, start] = [counts, bins, first]
    let [low, high] = [lowest, highest]
    let at = from
    // The first of all scores has to move the window, whatever it is.
    while (low <= high && at < scores.length) {
      const score = scores[at] ?? Number.NaN
      const bin = binOf(score, unit)
      const index = bin - start
      // Also for NaN, of which no comparison is true.
      if (!(index >= 0 && index < WIDE && Math.abs(score) <= FINITE_MAX)) break
      if (bin < low) low = bin
      if (bin > high) high = bin
      counted[index] = (counted[index] ?? 0) + 1
      at += 1
    }
    lowest = low
    highest = high
    return at
  }

  function addOther(score: number): void {
    if (Math.abs(score) > FINITE_MAX) {
      infinite[score > 0 ? 'above' : 'below'] += 1
      return
    }
    const before = exponent
    const bin = binOf(score, bins)
    fit(Math.min(lowest, bin), Math.max(highest, bin))
    const fitted = Math.ceil(bin / 2 ** (exponent - before))
    lowest = Math.min(lowest, fitted)
    highest = Math.max(highest, fitted)
    counts[fitted - first] = (counts[fitted - first] ?? 0) + 1
  }

  return {
    add(scores: Float64Array): void {
      for (let from = 0; from < scores.length; from += 1) {
        from = addFitting(scores, from)
        const score = scores[from] ?? Number.NaN
        if (!Number.isNaN(score)) addOther(score)
      }
    },
    bins(): { edges: readonly number[]; counts: readonly number[] } {
      if (lowest > highest) return { edges: [], counts: [infinite.above] }
      // One edge below the lowest score, so that "above" all of it is an edge too.
      const seen = highest - lowest + 1
      const width = 2 ** exponent
      const edges = Array.from({ length: seen + 1 }, (_, index) => (lowest - 1 + index) * width)
      const held = [...counts.subarray(lowest - first, lowest - first + seen)]
      return { edges, counts: [infinite.below, ...held, infinite.above] }
    },
  }
}

/** The smallest i with `score <= i / bins`; a product that underflows is still above zero. */
function binOf(score: number, bins: number): number {
  const bin = Math.ceil(score * bins)
  return bin === 0 && score > 0 ? 1 : bin
}
