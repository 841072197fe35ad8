import type { ScoresSeen } from './report-data.ts'
import { createScoreGrid, type Grid } from './score-grid.ts'

/** What a report tells of the scores as numbers, gathered in a stream. */
export interface ScoreSpread {
  /** Adds scores; NaN is left out. */
  add(scores: Float64Array): void
  /** `counted` takes the place of the grid. */
  seen(predicted: number, counted?: Grid): ScoresSeen
}

/** `threshold` only of scores that one decides: it becomes an edge of the grid, however far from them. */
export function createSpread(threshold: number | undefined): ScoreSpread {
  const grid = createScoreGrid(threshold)
  const { get } = grid.counts
  return {
    add: grid.add,
    seen(predicted, counted) {
      const [count, finite] = [get('count'), get('finite')]
      const mean = (get('sum') + get('lost')) / Math.max(1, finite)
      const ends = finite === 0 ? { min: 0, max: 0 } : { min: get('min'), max: get('max') }
      return { grid: counted ?? grid.grid(), count, notNumbers: predicted - count, mean, ...ends }
    },
  }
}
