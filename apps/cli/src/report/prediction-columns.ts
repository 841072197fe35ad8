import type { JobSpec } from '@millrace/job'
import { thresholdsOf } from '@millrace/job'
import { type PredictionLines, readLines } from '@millrace/predictions'
import { type Decision, readScores, type ReadScores } from '@millrace/report'
import { CliError } from '../cli-error.ts'

/** Takes the scores of rows out of the columns that a job has added at their end. */
export type ScoresOf = (rows: readonly (readonly string[])[]) => ReadScores

/**
 * Says which of a result's columns are predictions. They are counted from the end, because a joined
 * input may have columns of the same names.
 *
 * @param width of the first row.
 * @param names of its header, when it has one.
 * @throws {CliError} when nothing says how many classes there are.
 */
export function scoresOfColumns(
  { decision: wanted, output }: JobSpec,
  decision: Decision,
  width: number,
  names: readonly string[] | undefined,
): ScoresOf {
  if (wanted.kind !== 'multiclass') {
    const at = width - 1 - (wanted.kind === 'binary' ? thresholdsOf(wanted).length : 0)
    return (rows) => readScores(decision, linesOf(rows.map((row) => row[at] ?? '')))
  }
  if (wanted.probabilities === 'winner') return (rows) => winners(rows, width)
  const { probability } = output.names
  const classes =
    wanted.labels?.length ?? names?.filter((name) => name.startsWith(`${probability} `)).length
  if (classes === undefined) {
    throw new CliError('the result has no header, and its manifest no labels: how many classes?')
  }
  const start = width - 1 - classes
  return (rows) =>
    readScores(decision, linesOf(rows.map((row) => row.slice(start, start + classes).join(','))))
}

const linesOf = (lines: readonly string[]): PredictionLines =>
  readLines(Buffer.from(lines.join('\n')))

/** The class and its probability, and nothing of the others. */
function winners(rows: readonly (readonly string[])[], width: number): ReadScores {
  const numberOf = (text = ''): number => (text === '' ? Number.NaN : Number(text))
  return {
    scores: Float64Array.from(rows, (row) => numberOf(row[width - 1])),
    classes: rows.map((row) => row[width - 2] ?? ''),
  }
}
