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
export function readScores(decision: Decision, predictions: Buffer): ReadScores {
  const lines = predictions.toString('latin1').split('\n')
  return decision.kind === 'multiclass'
    ? readWinners(decision.labels, lines)
    : { scores: Float64Array.from(lines, numberOf) }
}

function readWinners(labels: readonly string[], lines: readonly string[]): ReadScores {
  const scores = new Float64Array(lines.length)
  const classes = lines.map((line, index) => {
    const values = valuesOf(line)
    const score = Math.max(...values)
    scores[index] = score
    const winner = Number.isNaN(score) ? -1 : values.indexOf(score)
    return winner < 0 ? '' : (labels[winner] ?? String(winner))
  })
  return { scores, classes }
}

/** `0.1,0.9`, `[0.1, 0.9]` or `"[0.1, 0.9]"`. */
const valuesOf = (line: string): number[] =>
  line
    .replace(/^"?\[|\]"?$/g, '')
    .split(',')
    .map(numberOf)

function numberOf(text: string): number {
  const number = Number(text)
  if (!Number.isNaN(number)) return text.trim() === '' ? Number.NaN : number
  const infinite = INFINITE.exec(text.trim())
  if (infinite === null) return Number.NaN
  return infinite[1] === '-' ? -Infinity : Infinity
}

const INFINITE = /^([-+]?)inf(?:inity)?$/i
