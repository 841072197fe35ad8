import type { Part } from '@millrace/ledger'
import { answerTo, HEADER, WIDTH } from '../dataset.ts'
import type { JobPlan } from '../scenario.ts'

/**
 * The result file that a job must have, made of the rows of the version that it is pinned to and of
 * which rows its parts say have failed. Written without any of the code that writes results.
 */
export function expectedResult(
  plan: JobPlan,
  rows: readonly string[],
  failed: ReadonlySet<number>,
  threshold = 0.5,
): string {
  const added = ['Prediction', 'Binary Classification'].join(',')
  const joins = plan.join === 'all'
  const lines = rows.map((row, index) => {
    const answer = answerTo(row)
    const cells =
      failed.has(index) || answer.kind !== 'predicted'
        ? ','
        : `${answer.text},${Number(answer.text) > threshold ? 1 : 0}`
    return joins ? `${columnsOf(row)},${cells}` : cells
  })
  const header = joins ? (plan.header ? [`${HEADER},${added}`] : []) : [added]
  return [...header, ...lines].join('\n').concat('\n')
}

/** The table's columns, as many as the header has: what a row lacks is empty. */
const columnsOf = (row: string): string => {
  const missing = WIDTH - row.split(',').length
  return missing < 0 ? ','.repeat(WIDTH - 1) : row + ','.repeat(missing)
}

/** The lines that the parts of a job must hold, or what is wrong with them. */
export function wrongLineOf(part: Part, rows: readonly string[]): string | undefined {
  const lines = part.predictions.toString().split('\n')
  const failed = new Set(part.failures.map(({ row }) => row))
  for (let row = part.rows.start; row < part.rows.end; row += 1) {
    const line = lines[row - part.rows.start]
    const answer = answerTo(rows[row] ?? '')
    const wanted = failed.has(row) || answer.kind !== 'predicted' ? '' : answer.text
    if (line !== wanted) return `row ${row} of batch ${part.batch}: wanted ${wanted}, got ${line}`
    if (answer.kind !== 'predicted' && !failed.has(row)) return `row ${row} has to be a failure`
  }
  return undefined
}
