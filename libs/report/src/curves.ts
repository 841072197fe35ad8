import { descend, type RankedScores } from './ranking.ts'

/** Points of a curve, as pairs of x and y. */
export type Curve = readonly (readonly [number, number])[]

/** A curve is drawn some hundred pixels wide: nearer points cannot be told apart. */
const NEAR = 1 / 400

/** The ROC curve (false against true positive rate) and precision against recall, thinned to be drawn. */
export function curvesOf(ranked: RankedScores): {
  readonly roc: Curve
  readonly precisionRecall: Curve
} {
  const [P, N] = [ranked.positives.length, ranked.negatives.length]
  const roc = createThinned()
  const precisionRecall = createThinned()
  for (const { truePositives: tp, falsePositives: fp } of descend(ranked)) {
    roc.add(fp / N, tp / P)
    precisionRecall.add(tp / P, tp + fp === 0 ? 1 : tp / (tp + fp))
  }
  return { roc: roc.points(), precisionRecall: precisionRecall.points() }
}

/** Leaves out what is near the last point kept; the last point is always there. */
function createThinned() {
  const kept: [number, number][] = []
  let last: [number, number] | undefined
  return {
    add(x: number, y: number): void {
      const before = kept.at(-1)
      last = [rounded(x), rounded(y)]
      if (before !== undefined && Math.max(Math.abs(x - before[0]), Math.abs(y - before[1])) < NEAR)
        return
      kept.push(last)
    },
    points(): Curve {
      return last === undefined || kept.at(-1) === last ? kept : [...kept, last]
    },
  }
}

const rounded = (value: number): number => Math.round(value * 1e5) / 1e5
