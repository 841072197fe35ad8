/*
 * Scores against labels of two classes, by the definitions of scikit-learn: counts are exact, ties go
 * together, and a row is taken for positive when its score is above the threshold.
 */

/** Scores of each kind of row, each sorted ascending, without NaN. */
export interface RankedScores {
  readonly positives: Float64Array
  readonly negatives: Float64Array
}

/** Counts at one threshold, from above everything downwards. */
export interface Step {
  /** The lowest score that is taken for positive; infinite at the first step. */
  readonly score: number
  readonly truePositives: number
  readonly falsePositives: number
}

/** Walks the distinct scores from the highest to the lowest, one step each. */
export function* descend({ positives, negatives }: RankedScores): Generator<Step> {
  let [p, n] = [positives.length - 1, negatives.length - 1]
  yield { score: Infinity, truePositives: 0, falsePositives: 0 }
  while (p >= 0 || n >= 0) {
    const score = Math.max(positives[p] ?? -Infinity, negatives[n] ?? -Infinity)
    while (p >= 0 && positives[p] === score) p -= 1
    while (n >= 0 && negatives[n] === score) n -= 1
    yield {
      score,
      truePositives: positives.length - 1 - p,
      falsePositives: negatives.length - 1 - n,
    }
  }
}

/** The areas under ROC and precision-recall, as `roc_auc_score` and `average_precision_score`. */
export function areasOf(ranked: RankedScores): {
  readonly rocAuc: number
  readonly averagePrecision: number
} {
  const [P, N] = [ranked.positives.length, ranked.negatives.length]
  let area = 0
  const precision = createSum()
  let before = { truePositives: 0, falsePositives: 0 }
  for (const step of descend(ranked)) {
    const { truePositives: tp, falsePositives: fp } = step
    // Whole numbers and halves: exact below 2^53, that is for a hundred million rows.
    area += (fp - before.falsePositives) * (tp + before.truePositives)
    if (tp > before.truePositives) precision.add((tp - before.truePositives) * (tp / (tp + fp)))
    before = step
  }
  return { rocAuc: area / 2 / P / N, averagePrecision: precision.value() / P }
}

/** Adds without losing the small among the large (Neumaier, 1974). */
export function createSum() {
  const parts = { sum: 0, lost: 0 }
  const add = (value: number): void => {
    const { sum } = parts
    const next = sum + value
    parts.lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum
    parts.sum = next
  }
  return { add, value: (): number => parts.sum + parts.lost }
}

/** How many of the sorted scores are above. */
export function countAbove(sorted: Float64Array, threshold: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? Infinity) > threshold) high = middle
    else low = middle + 1
  }
  return sorted.length - low
}
