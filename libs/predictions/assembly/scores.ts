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

/** Counts scores up to the first that lies in none of the bins; answers where that is, or the end. */
export function countScores(at: usize, end: usize, counts: usize): usize {
  const threshold = load<f64>(counts, THRESHOLD)
  const perUnit = load<f64>(counts, BINS_PER_UNIT)
  const first = load<f64>(counts, FIRST_BIN)
  let lowest = load<f64>(counts, LOWEST_BIN)
  let highest = load<f64>(counts, HIGHEST_BIN)
  let smallest = load<f64>(counts, MIN)
  let largest = load<f64>(counts, MAX)
  let sum = load<f64>(counts, SUM)
  let lost = load<f64>(counts, LOST)
  let count: u32 = 0
  let above: u32 = 0
  let finite: u32 = 0
  for (; at < end; at += 8) {
    const score = load<f64>(at)
    if (score != score) continue
    if (abs(score) <= FINITE_MAX) {
      const bin = binOf(score, perUnit)
      const index = bin - first
      if (!(index >= 0 && index < WIDE)) break
      if (bin < lowest) lowest = bin
      if (bin > highest) highest = bin
      increment(counts + BINS + (<usize>index << 3))
    } else increment(counts + (score > 0 ? INFINITE_ABOVE : INFINITE_BELOW))
    count += 1
    above += <u32>(score > threshold)
    if (score < 0) increment(counts + BELOW_ZERO)
    increment(counts + THOUSANDTHS + (<usize>thousandthOf(score) << 3))
    if (abs(score) == Infinity) continue
    finite += 1
    // Without losing the small among the large (Neumaier, 1974).
    const next = sum + score
    lost += abs(sum) >= abs(score) ? sum - next + score : score - next + sum
    sum = next
    if (score < smallest) smallest = score
    if (score > largest) largest = score
  }
  store<f64>(counts, lowest, LOWEST_BIN)
  store<f64>(counts, highest, HIGHEST_BIN)
  store<f64>(counts, smallest, MIN)
  store<f64>(counts, largest, MAX)
  store<f64>(counts, sum, SUM)
  store<f64>(counts, lost, LOST)
  store<f64>(counts, load<f64>(counts, COUNT) + <f64>count, COUNT)
  store<f64>(counts, load<f64>(counts, ABOVE_THRESHOLD) + <f64>above, ABOVE_THRESHOLD)
  store<f64>(counts, load<f64>(counts, FINITE) + <f64>finite, FINITE)
  return at
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
