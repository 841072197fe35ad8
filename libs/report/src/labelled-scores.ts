import { type Best, bestThresholds, type Costs } from './best-threshold.ts'
import { type CalibrationBin, calibrationOf, lossesOf } from './calibration.ts'
import { type Curve, curvesOf } from './curves.ts'
import { type LabelsSeen, labelsText } from './labels-seen.ts'
import { areasOf, countAbove, type RankedScores } from './ranking.ts'
import { ReportError } from './report-error.ts'
import type { Grid } from './score-grid.ts'

/** How good a two-class model is, by rows whose class is known. */
export interface BinaryQuality {
  readonly kind: 'binary'
  readonly positives: number
  readonly negatives: number
  /** Rows that have a score and no label, and rows that have a label and no score. */
  readonly withoutLabel: number
  readonly withoutScore: number
  readonly rocAuc: number
  readonly averagePrecision: number
  /** Absent unless every score is a probability. */
  readonly brier?: number
  readonly logLoss?: number
  readonly calibration?: readonly CalibrationBin[]
  readonly roc: Curve
  readonly precisionRecall: Curve
  /** Positives, and negatives, above each edge of the grid. */
  readonly truePositives: readonly number[]
  readonly falsePositives: readonly number[]
  readonly costs: Costs
  readonly best: { readonly f1: Best; readonly cost: Best }
  /** Told by who knows the labels themselves. */
  readonly labels?: LabelsSeen
}

export interface LabelledScores {
  /** A row's score (NaN when it failed) and class; undefined when its label is not known. */
  add(score: number, positive: boolean | undefined): void
  /** @param labels that were added, where they are known: without one of the two classes they are named. */
  finish(
    threshold: number,
    costs: Costs,
    labels?: LabelsSeen,
  ): { readonly grid: Grid; readonly quality: BinaryQuality }
}

/** Scores are kept, 8 bytes each, because the areas are exact: 800 MB at most. */
export const LABELLED_ROWS_MAX = 100_000_000

/**
 * Gathers scores with labels.
 *
 * @param rows how many rows will be added at most: memory is taken for them at once, 8 bytes each.
 * @throws {ReportError} `too_many_rows`
 */
export function createLabelledScores(rows: number): LabelledScores {
  if (rows > LABELLED_ROWS_MAX) {
    const counts = `${rows} rows, at most ${LABELLED_ROWS_MAX} can be ranked`
    throw new ReportError(
      'too_many_rows',
      counts,
      'label a sample: rows without a label are left out',
    )
  }
  // Positives grow from the front, negatives from the back, and those without a label apart.
  const scores = new Float64Array(rows)
  const unlabelled: Float64Array[] = []
  let [positives, negatives, others, withoutScore] = [0, 0, 0, 0]

  function addUnlabelled(score: number): void {
    if (others % CHUNK === 0) unlabelled.push(new Float64Array(CHUNK))
    const chunk = unlabelled.at(-1)
    if (chunk !== undefined) chunk[others % CHUNK] = score
    others += 1
  }

  return {
    add(score, positive) {
      if (Number.isNaN(score)) {
        if (positive !== undefined) withoutScore += 1
      } else if (positive === undefined) addUnlabelled(score)
      else if (positive) scores[positives++] = score
      else scores[rows - ++negatives] = score
    },
    finish(threshold, costs, labels) {
      const ranked: RankedScores = {
        positives: scores.subarray(0, positives).sort(),
        negatives: scores.subarray(rows - negatives).sort(),
      }
      const rest = unlabelled.map((chunk, at) =>
        chunk.subarray(0, Math.min(CHUNK, others - at * CHUNK)),
      )
      for (const chunk of rest) chunk.sort()
      const [P, N] = [ranked.positives.length, ranked.negatives.length]
      if (P === 0 || N === 0) throw oneClassOnly(P, N, labels)
      const { grid, quality } = qualityOf(ranked, rest, withoutScore, threshold, costs)
      return { grid, quality: labels === undefined ? quality : { ...quality, labels } }
    },
  }
}

const CHUNK = 65_536
const count = new Intl.NumberFormat('en-US')

function oneClassOnly(positives: number, negatives: number, labels?: LabelsSeen): ReportError {
  const [wanted, found] =
    labels === undefined
      ? ['', '']
      : [` ${labels.positive}`, `: the labels are ${labelsText(labels) || 'none'}`]
  const rows = `${count.format(positives)} ${positives === 1 ? 'row' : 'rows'} with the positive label`
  const counts = `${rows}${wanted}, ${count.format(negatives)} with another${found}`
  return new ReportError('one_class_only', counts, 'name the positive label with --positive')
}

function qualityOf(
  ranked: RankedScores,
  unlabelled: readonly Float64Array[],
  withoutScore: number,
  threshold: number,
  costs: Costs,
): { grid: Grid; quality: BinaryQuality } {
  const best = bestThresholds(ranked, costs)
  const isProbability = inUnit(ranked.positives) && inUnit(ranked.negatives)
  const edges = edgesOf(ranked, isProbability, [threshold, best.f1.threshold, best.cost.threshold])
  const truePositives = edges.map((edge) => countAbove(ranked.positives, edge))
  const falsePositives = edges.map((edge) => countAbove(ranked.negatives, edge))
  const above = edges.map(
    (edge, at) =>
      (truePositives[at] ?? 0) +
      (falsePositives[at] ?? 0) +
      unlabelled.reduce((sum, chunk) => sum + countAbove(chunk, edge), 0),
  )
  const forProbabilities = { calibration: calibrationOf(ranked), ...lossesOf(ranked) }
  return {
    grid: { edges, above },
    quality: {
      kind: 'binary',
      positives: ranked.positives.length,
      negatives: ranked.negatives.length,
      withoutLabel: unlabelled.reduce((sum, chunk) => sum + chunk.length, 0),
      withoutScore,
      ...areasOf(ranked),
      ...(isProbability ? forProbabilities : {}),
      ...curvesOf(ranked),
      truePositives,
      falsePositives,
      costs,
      best,
    },
  }
}

const inUnit = (sorted: Float64Array): boolean => (sorted[0] ?? 0) >= 0 && (sorted.at(-1) ?? 0) <= 1

const STEPS = 1_000

/** A thousand steps from the least to the greatest finite score, and the thresholds that matter. */
function edgesOf(ranked: RankedScores, isProbability: boolean, extra: number[]): number[] {
  const [low, high] = isProbability ? [0, 1] : finiteEnds(ranked)
  // From the least finite score to the greatest may be further than a number can say; half of it is not.
  const half = high / 2 - low / 2
  const steps = Array.from({ length: STEPS + 1 }, (_, k) => {
    const share = k / STEPS
    return isProbability ? share : low + half * share + half * share
  })
  return [...new Set([...steps, ...extra])].filter(Number.isFinite).sort((a, b) => a - b)
}

/** An infinite score is above or below every edge; it has no place among them. */
function finiteEnds({ positives, negatives }: RankedScores): readonly [number, number] {
  const all = [positives, negatives]
  const lows = all.map((sorted) => sorted.find(Number.isFinite) ?? Infinity)
  const highs = all.map((sorted) => sorted.findLast(Number.isFinite) ?? -Infinity)
  const [low, high] = [Math.min(...lows), Math.max(...highs)]
  return low > high ? [0, 0] : [low, high]
}
