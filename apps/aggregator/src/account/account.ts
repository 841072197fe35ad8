import {
  type Batch,
  type Job,
  layersOf,
  lengthOf,
  type RowFailure,
  type RowRange,
} from '@millrace/job'
import { type PredictionLines, readLines } from '@millrace/predictions'
import { AccountingError } from './accounting-error.ts'

/** What accounting needs to know of a recorded part. */
export interface PartLike {
  readonly jobId: string
  readonly batch: number
  readonly rows: RowRange
  /** One line a row, joined by newlines; an empty line is a failed row. */
  readonly predictions: Buffer
  readonly failures: readonly RowFailure[]
  /** The predictions, where they have been read already. */
  readonly lines?: PredictionLines
  /** Gives back the memory of predictions and lines. */
  release?(): void
}

/**
 * Passes parts through, in order, while they account for the plan: each batch once, with the plan's
 * rows, one line a row, and a failure for exactly the lines that are empty. It is the job's own, or of a
 * job that it retries. Whoever comes after has the lines as they were read for it.
 *
 * @throws {AccountingError} at the first part that does not fit, or at the end when one is missing.
 */
export async function* accountFor<P extends PartLike>(
  job: Job,
  planned: AsyncIterable<Batch>,
  parts: AsyncIterable<P>,
): AsyncGenerator<{ batch: Batch; part: P; lines: PredictionLines }> {
  const recorded = parts[Symbol.asyncIterator]()
  const layers = new Set<string>(layersOf(job))
  let rows = 0
  try {
    for await (const batch of planned) {
      const next = await recorded.next()
      if (next.done === true) {
        throw new AccountingError('part_missing', `batch ${batch.batch} has no part`)
      }
      checkPart(layers, batch, next.value)
      const lines = next.value.lines ?? readLines(next.value.predictions)
      checkLines(`batch ${batch.batch}`, next.value, lines)
      rows += lengthOf(batch.rows)
      yield { batch, part: next.value, lines }
    }
    const extra = await recorded.next()
    if (extra.done !== true) {
      throw new AccountingError('part_repeated', `batch ${extra.value.batch} is not in the plan`)
    }
  } finally {
    await recorded.return?.()
  }
  if (rows !== job.plan?.rows) {
    const counts = `${rows} rows in the parts, ${job.plan?.rows ?? 'no'} in the plan`
    throw new AccountingError('rows_mismatch', counts)
  }
}

function checkPart(layers: ReadonlySet<string>, batch: Batch, part: PartLike): void {
  const at = `batch ${batch.batch}`
  if (!layers.has(part.jobId)) {
    throw new AccountingError('part_of_another_job', `${at} holds a part of job ${part.jobId}`)
  }
  if (part.batch !== batch.batch) {
    const code = part.batch > batch.batch ? 'part_missing' : 'part_repeated'
    throw new AccountingError(code, `wanted the part of ${at}, found that of batch ${part.batch}`)
  }
  if (part.rows.start !== batch.rows.start || part.rows.end !== batch.rows.end) {
    const found = `rows ${part.rows.start} to ${part.rows.end}`
    const wanted = `${batch.rows.start} to ${batch.rows.end}`
    throw new AccountingError('part_rows_mismatch', `${at} holds ${found}, the plan has ${wanted}`)
  }
}

function checkLines(
  at: string,
  { rows, failures }: PartLike,
  { ends, empty }: PredictionLines,
): void {
  // Counted first: with a line too few or too many, which row an empty line belongs to means nothing.
  if (ends.length !== lengthOf(rows)) {
    const counts = `${ends.length} predictions for ${lengthOf(rows)} rows`
    throw new AccountingError('part_lines_mismatch', `${at} holds ${counts}`)
  }
  if (empty === 0 && failures.length === 0) return
  let explained = 0
  for (const [line, end] of ends.entries()) {
    if (end !== (line === 0 ? 0 : (ends[line - 1] ?? 0) + 1)) continue
    const row = rows.start + line
    if (failures[explained]?.row !== row) {
      const what = `row ${row} has no prediction and no failure`
      throw new AccountingError('part_failures_mismatch', `${at}: ${what}`)
    }
    explained += 1
  }
  if (explained !== failures.length) {
    const what = `row ${failures[explained]?.row} has both a prediction and a failure`
    throw new AccountingError('part_failures_mismatch', `${at}: ${what}`)
  }
}
