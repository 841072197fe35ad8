import { descend, type RankedScores } from './ranking.ts'

/** What a wrong answer of either kind costs, in any one unit. */
export interface Costs {
  readonly falsePositive: number
  readonly falseNegative: number
}

/** A threshold, and what it is best at. */
export interface Best {
  readonly threshold: number
  readonly value: number
}

/** The threshold with the greatest F1, and the one with the least cost; the higher of equal ones. */
export function bestThresholds(
  ranked: RankedScores,
  { falsePositive, falseNegative }: Costs,
): { readonly f1: Best; readonly cost: Best } {
  const P = ranked.positives.length
  let f1 = { score: Infinity, next: -Infinity, value: 0 }
  let cost = { score: Infinity, next: -Infinity, value: P * falseNegative }
  let [openF1, openCost] = [true, true]
  for (const { score, truePositives: tp, falsePositives: fp } of descend(ranked)) {
    // The next lower score bounds the thresholds that decide the same way as the step before.
    if (openF1 && score < f1.score) [f1.next, openF1] = [score, false]
    if (openCost && score < cost.score) [cost.next, openCost] = [score, false]
    const f1Here = tp === 0 ? 0 : (2 * tp) / (P + tp + fp)
    const costHere = fp * falsePositive + (P - tp) * falseNegative
    if (f1Here > f1.value) [f1, openF1] = [{ score, next: -Infinity, value: f1Here }, true]
    if (costHere < cost.value)
      [cost, openCost] = [{ score, next: -Infinity, value: costHere }, true]
  }
  return {
    f1: { threshold: plainBetween(f1.next, f1.score), value: f1.value },
    cost: { threshold: plainBetween(cost.next, cost.score), value: cost.value },
  }
}

/** The number in `[low, high)` with the fewest decimals: every one of them decides the same way. */
export function plainBetween(low: number, high: number): number {
  if (!Number.isFinite(low) && !Number.isFinite(high)) return 0
  if (!Number.isFinite(high)) return low
  const bottom = Number.isFinite(low) ? low : high - Math.max(1, Math.abs(high))
  const middle = bottom + (high - bottom) / 2
  for (let digits = 0; digits <= 17; digits += 1) {
    const near = Number(middle.toFixed(digits))
    if (near >= bottom && near < high) return near
  }
  return bottom
}
