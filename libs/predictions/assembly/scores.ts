/*
 * Counts scores for a report: the spread of them over thousandths and over wide bins, and their sum. What was
 * counted lies as `src/score-counts.ts` lays it out: the fields, one f64 each, then thousandths, then bins.
 */

const THRESHOLD: usize = 0
const COUNT: usize = 8
const ABOVE_THRESHOLD: usize = 16
const BELOW_ZERO: usize = 24
const FINITE: usize = 32
const SUM: usize = 40
const LOST: usize = 48
const MIN: usize = 56
const MAX: usize = 64
const INFINITE_BELOW: usize = 72
const INFINITE_ABOVE: usize = 80
const BINS_PER_UNIT: usize = 88
const FIRST_BIN: usize = 96
const LOWEST_BIN: usize = 104
const HIGHEST_BIN: usize = 112
const THOUSANDTHS: usize = 120

const FINE: f64 = 1000
const NEAR: f64 = 1e-9
const BINS: usize = THOUSANDTHS + (1002 << 3)
const WIDE: f64 = 1024
/** Above it a score counts as infinite: its bin's number would be. */
const FINITE_MAX: f64 = 1e290

/* What is counted of one call, between its loads and its stores. */

let threshold: f64 = 0
let perUnit: f64 = 0
let first: f64 = 0
let lowest: f64 = 0
let highest: f64 = 0
let smallest: f64 = 0
let largest: f64 = 0
let sum: f64 = 0
let lost: f64 = 0
let count: u32 = 0
let above: u32 = 0
let finite: u32 = 0

/** Counts scores up to the first that lies in none of the bins; answers where that is, or the end. */
export function countScores(at: usize, end: usize, counts: usize): usize {
  begin(counts)
  while (at < end) {
    at = countProbabilities(at, end, counts)
    if (at == end) break
    if (!countOne(load<f64>(at), counts)) break
    at += 8
  }
  finish(counts)
  return at
}

function begin(counts: usize): void {
  threshold = load<f64>(counts, THRESHOLD)
  perUnit = load<f64>(counts, BINS_PER_UNIT)
  first = load<f64>(counts, FIRST_BIN)
  lowest = load<f64>(counts, LOWEST_BIN)
  highest = load<f64>(counts, HIGHEST_BIN)
  smallest = load<f64>(counts, MIN)
  largest = load<f64>(counts, MAX)
  sum = load<f64>(counts, SUM)
  lost = load<f64>(counts, LOST)
  count = 0
  above = 0
  finite = 0
}

function finish(counts: usize): void {
  store<f64>(counts, lowest, LOWEST_BIN)
  store<f64>(counts, highest, HIGHEST_BIN)
  store<f64>(counts, smallest, MIN)
  store<f64>(counts, largest, MAX)
  store<f64>(counts, sum, SUM)
  store<f64>(counts, lost, LOST)
  store<f64>(counts, load<f64>(counts, COUNT) + <f64>count, COUNT)
  store<f64>(counts, load<f64>(counts, ABOVE_THRESHOLD) + <f64>above, ABOVE_THRESHOLD)
  store<f64>(counts, load<f64>(counts, FINITE) + <f64>finite, FINITE)
}

/**
 * Counts two at a time what lies above 0 and up to 1, in the bins, and not near a thousandth; answers where
 * something else comes, or one alone. Only the sum is added up one by one, since its order tells in its last bit.
 */
function countProbabilities(at: usize, end: usize, counts: usize): usize {
  const from = at
  let low = f64x2.splat(lowest)
  let high = f64x2.splat(highest)
  let least = f64x2.splat(smallest)
  let most = f64x2.splat(largest)
  let notAbove = i64x2.splat(0)
  let total = sum
  let rest = lost
  for (; at + 16 <= end; at += 16) {
    const scores = v128.load(at)
    const bins = f64x2.max(f64x2.ceil(f64x2.mul(scores, f64x2.splat(perUnit))), f64x2.splat(1))
    const indexes = f64x2.sub(bins, f64x2.splat(first))
    const scaled = f64x2.mul(scores, f64x2.splat(FINE))
    const next = f64x2.ceil(scaled)
    const far = f64x2.sub(next, scaled)
    let usual = v128.and(f64x2.gt(scores, f64x2.splat(0)), f64x2.le(scores, f64x2.splat(1)))
    usual = v128.and(usual, f64x2.ge(indexes, f64x2.splat(0)))
    usual = v128.and(usual, f64x2.lt(indexes, f64x2.splat(WIDE)))
    usual = v128.and(usual, f64x2.gt(far, f64x2.splat(NEAR)))
    usual = v128.and(usual, f64x2.lt(far, f64x2.splat(1 - NEAR)))
    if (!i64x2.all_true(usual)) break

    const index = i32x4.trunc_sat_f64x2_u_zero(indexes)
    increment(counts + BINS + (<usize>i32x4.extract_lane(index, 0) << 3))
    increment(counts + BINS + (<usize>i32x4.extract_lane(index, 1) << 3))
    const thousandth = i32x4.trunc_sat_f64x2_u_zero(next)
    increment(counts + THOUSANDTHS + (<usize>i32x4.extract_lane(thousandth, 0) << 3))
    increment(counts + THOUSANDTHS + (<usize>i32x4.extract_lane(thousandth, 1) << 3))
    low = f64x2.pmin(low, bins)
    high = f64x2.pmax(high, bins)
    least = f64x2.pmin(least, scores)
    most = f64x2.pmax(most, scores)
    notAbove = i64x2.add(notAbove, f64x2.le(scores, f64x2.splat(threshold)))
    for (let lane: usize = 0; lane < 16; lane += 8) {
      const score = load<f64>(at + lane)
      const added = total + score
      rest += abs(total) >= score ? total - added + score : score - added + total
      total = added
    }
  }
  const counted = <u32>((at - from) >> 3)
  count += counted
  finite += counted
  above += counted + <u32>(i64x2.extract_lane(notAbove, 0) + i64x2.extract_lane(notAbove, 1))
  lowest = min(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1))
  highest = max(f64x2.extract_lane(high, 0), f64x2.extract_lane(high, 1))
  smallest = min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1))
  largest = max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1))
  sum = total
  lost = rest
  return at
}

/** False for a score that lies in none of the bins. */
function countOne(score: f64, counts: usize): bool {
  if (score != score) return true
  if (abs(score) <= FINITE_MAX) {
    const bin = binOf(score, perUnit)
    const index = bin - first
    if (!(index >= 0 && index < WIDE)) return false
    if (bin < lowest) lowest = bin
    if (bin > highest) highest = bin
    increment(counts + BINS + (<usize>index << 3))
  } else increment(counts + (score > 0 ? INFINITE_ABOVE : INFINITE_BELOW))
  count += 1
  above += <u32>(score > threshold)
  if (score < 0) increment(counts + BELOW_ZERO)
  increment(counts + THOUSANDTHS + (<usize>thousandthOf(score) << 3))
  if (abs(score) == Infinity) return true
  finite += 1
  // Without losing the small among the large (Neumaier, 1974).
  const next = sum + score
  lost += abs(sum) >= abs(score) ? sum - next + score : score - next + sum
  sum = next
  if (score < smallest) smallest = score
  if (score > largest) largest = score
  return true
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function increment(at: usize): void {
  store<f64>(at, load<f64>(at) + 1)
}

/** The smallest i with `score <= i / perUnit`; a product that underflows is still above zero. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function binOf(score: f64, perUnit: f64): f64 {
  const bin = ceil(score * perUnit)
  return bin == 0 && score > 0 ? 1 : bin
}

/** The smallest k with `score <= k / 1000`, by the very comparison that a decision makes. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function thousandthOf(score: f64): i32 {
  if (score <= 0) return 0
  if (score > 1) return 1001
  const scaled = score * FINE
  const next = ceil(scaled)
  const near = <i32>next
  // Further away than rounding reaches: nothing has to be divided.
  if (next - scaled > NEAR && next - scaled < 1 - NEAR) return near
  if (score > <f64>near / FINE) return near + 1
  return near - <i32>(score <= <f64>(near - 1) / FINE)
}
