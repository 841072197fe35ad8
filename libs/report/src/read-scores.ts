import { numberOf, type PredictionLines, valuesOf } from '@millrace/predictions'
import type { Decision } from './report-data.ts'

/** The numbers in a part's predictions, and what they decide where there are several in a row. */
export interface ReadScores {
  /**
   * One a row: NaN for a failed row, for `nan` and for what is no number. Of a row of several numbers
   * it is the greatest.
   */
  readonly scores: Float64Array
  /** Of a job with several classes: the label of each row's greatest number, empty where there is none. */
  readonly classes?: readonly string[]
}

/** Reads the predictions of one part, a line a row. */
export function readScores(decision: Decision, lines: PredictionLines): ReadScores {
  return decision.kind === 'multiclass'
    ? readWinners(decision.labels, lines.text.toString('latin1').split('\n'))
    : { scores: lines.numbers }
}

function readWinners(labels: readonly string[], lines: readonly string[]): ReadScores {
  const scores = new Float64Array(lines.length)
  const classes = lines.map((line, index) => {
    const values = valuesOf(line).map((text) => numberOf(text) ?? Number.NaN)
    const score = Math.max(...values)
    scores[index] = score
    const winner = Number.isNaN(score) ? -1 : values.indexOf(score)
    return winner < 0 ? '' : (labels[winner] ?? String(winner))
  })
  return { scores, classes }
}
