import type { ScoresSeen } from './report-data.ts'
import { createScoreGrid, type Grid } from './score-grid.ts'

/** What a report tells of the scores as numbers, gathered in a stream. */
export interface ScoreSpread {
  /** Adds scores; NaN is left out. */
  add(scores: Float64Array): void
  /** `counted` takes the place of the grid. */
  seen(predicted: number, counted?: Grid): ScoresSeen
}

/**
 * Its loops keep what they count in variables of their own and write it back at the end: a number that a
 * closure or an object keeps costs more than what is done with it.
 */
export function createSpread(threshold: number): ScoreSpread {
  const grid = createScoreGrid(threshold)
  const total = { count: 0, finite: 0, min: Infinity, max: -Infinity, sum: 0, lost: 0 }
  return {
    add(scores) {
      grid.add(scores)
      let { count, finite, min, max, sum, lost } = total
      for (let index = 0; index < scores.length; index += 1) {
        const score = scores[index] ?? Number.NaN
        if (Number.isNaN(score)) continue
        count += 1
        if (!Number.isFinite(score)) continue
        finite += 1
        // Without losing the small among the large (Neumaier, 1974).
        const next = sum + score
        lost += Math.abs(sum) >= Math.abs(score) ? sum - next + score : score - next + sum
        sum = next
        if (score < min) min = score
        if (score > max) max = score
      }
      Object.assign(total, { count, finite, min, max, sum, lost })
    },
    seen(predicted, counted) {
      const { count, finite, min, max, sum, lost } = total
      const mean = (sum + lost) / Math.max(1, finite)
      const ends = finite === 0 ? { min: 0, max: 0 } : { min, max }
      return { grid: counted ?? grid.grid(), count, notNumbers: predicted - count, mean, ...ends }
    },
  }
}
