import { createSum, type RankedScores } from './ranking.ts'

/** Rows whose probability lies in `(from, to]`; the first bin takes 0 too. */
export interface CalibrationBin {
  readonly from: number
  readonly to: number
  readonly rows: number
  readonly meanScore: number
  /** Share of positives: that of the mean score, when the model is calibrated. */
  readonly positives: number
}

const BINS = 10

/** Ten bins of equal width, as `calibration_curve(strategy="uniform")`; empty bins are left out. */
export function calibrationOf({ positives, negatives }: RankedScores): CalibrationBin[] {
  const bins = Array.from({ length: BINS }, () => ({ rows: 0, positives: 0, sum: createSum() }))
  const add = (scores: Float64Array, positive: 0 | 1): void => {
    for (const score of scores) {
      const bin = bins[binOf(score)]
      if (bin === undefined) continue
      bin.rows += 1
      bin.positives += positive
      bin.sum.add(score)
    }
  }
  add(positives, 1)
  add(negatives, 0)
  return bins.flatMap(({ rows, positives: hits, sum }, index) =>
    rows === 0
      ? []
      : [
          {
            from: index / BINS,
            to: (index + 1) / BINS,
            rows,
            meanScore: sum.value() / rows,
            positives: hits / rows,
          },
        ],
  )
}

/** The inner edges are numpy's `linspace(0, 1, 11)`, 0.30000000000000004 among them. */
const INNER_EDGES = Array.from({ length: BINS - 1 }, (_, index) => (index + 1) * (1 / BINS))

/** How many inner edges are below the score, as `searchsorted` counts. */
function binOf(score: number): number {
  let bin = 0
  while (bin < BINS - 1 && (INNER_EDGES[bin] ?? Infinity) < score) bin += 1
  return bin
}

/** The Brier score and the log loss, as scikit-learn has them; for probabilities only. */
export function lossesOf({ positives, negatives }: RankedScores): {
  readonly brier: number
  readonly logLoss: number
} {
  const [squares, logs] = [createSum(), createSum()]
  for (const score of positives) {
    squares.add((1 - score) ** 2)
    logs.add(-Math.log(Math.max(score, EPSILON)))
  }
  for (const score of negatives) {
    squares.add(score ** 2)
    logs.add(-Math.log(Math.max(1 - score, EPSILON)))
  }
  const rows = positives.length + negatives.length
  return { brier: squares.value() / rows, logLoss: logs.value() / rows }
}

/** A probability of 0 for what happened would cost infinitely much. */
const EPSILON = Number.EPSILON
