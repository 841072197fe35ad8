import { createSum } from './ranking.ts'
import { ReportError } from './report-error.ts'

/** How near predicted numbers are to the true ones. */
export interface RegressionQuality {
  readonly kind: 'regression'
  readonly rows: number
  readonly withoutLabel: number
  readonly withoutScore: number
  readonly meanAbsoluteError: number
  readonly rootMeanSquaredError: number
  /** Share of the labels' variance that is explained; 0 when they are all the same. */
  readonly r2: number
  /** A sample of `[label, prediction]`, evenly through the rows. */
  readonly sample: readonly (readonly [number, number])[]
}

const SAMPLE_MAX = 2_000

/** Compares predicted numbers with labels in one pass. */
export function createRegressionSums() {
  const [absolute, squared, labels, labelSquares] = [
    createSum(),
    createSum(),
    createSum(),
    createSum(),
  ]
  let sample: [number, number][] = []
  let [rows, every, withoutLabel, withoutScore, origin] = [0, 1, 0, 0, 0]

  function keep(label: number, score: number): void {
    if (rows % every !== 0) return
    sample.push([label, score])
    if (sample.length <= SAMPLE_MAX) return
    sample = sample.filter((_, index) => index % 2 === 0)
    every *= 2
  }

  return {
    add(score: number, label: number | undefined): void {
      if (label === undefined || !Number.isFinite(label))
        withoutLabel += Number.isFinite(score) ? 1 : 0
      else if (!Number.isFinite(score)) withoutScore += 1
      else {
        // Squares are taken from the first label, or a large mean would swallow the variance.
        if (rows === 0) origin = label
        absolute.add(Math.abs(label - score))
        squared.add((label - score) ** 2)
        labels.add(label - origin)
        labelSquares.add((label - origin) ** 2)
        keep(label, score)
        rows += 1
      }
    },
    finish(): RegressionQuality {
      if (rows === 0) throw new ReportError('no_scores', 'no row has both a number and a label')
      const spread = labelSquares.value() - labels.value() ** 2 / rows
      return {
        kind: 'regression',
        rows,
        withoutLabel,
        withoutScore,
        meanAbsoluteError: absolute.value() / rows,
        rootMeanSquaredError: Math.sqrt(squared.value() / rows),
        r2: spread > 0 ? 1 - squared.value() / spread : 0,
        sample,
      }
    },
  }
}
