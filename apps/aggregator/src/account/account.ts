import {
  type Batch,
  type Job,
  layersOf,
  lengthOf,
  type RowFailure,
  type RowRange,
} from '@millrace/job'
import type { PredictionLines } from '@millrace/predictions'
import { AccountingError } from './accounting-error.ts'

/** What accounting needs to know of a recorded part. */
export interface PartLike {
  readonly jobId: string
  readonly batch: number
  readonly rows: RowRange
  /** Its predictions, one line a row; an empty line is a failed row. */
  readonly lines: PredictionLines
  readonly failures: readonly RowFailure[]
  /** Gives back the memory of the lines. */
  release?(): void
}

/** A batch of the plan and the part that answers it. */
export interface Accounted<P> {
  readonly batch: Batch
  readonly part: P
}

/**
 * Passes runs of parts through, in order, while they account for the plan: each batch once, with the plan's
 * rows, one line a row, and a failure for exactly the lines that are empty. It is the job's own, or of a
 * job that it retries.
 *
 * @throws {AccountingError} at the first part that does not fit, or at the end when one is missing.
 */
export async function* accountFor<P extends PartLike>(
  job: Job,
  planned: AsyncIterable<readonly Batch[]>,
  parts: AsyncIterable<readonly P[]>,
): AsyncGenerator<readonly Accounted<P>[]> {
  const recorded = parts[Symbol.asyncIterator]()
  const layers = new Set<string>(layersOf(job))
  let rows = 0
  let run: readonly P[] = []
  let taken = 0
  let accounted: Accounted<P>[] = []
  /** Waits for the next run of parts that holds one; false at their end. */
  const fill = async (): Promise<boolean> => {
    while (taken === run.length) {
      const next = await recorded.next()
      if (next.done === true) return false
      run = next.value
      taken = 0
    }
    return true
  }
  try {
    for await (const batches of planned) {
      for (const batch of batches) {
        if (taken === run.length) {
          if (accounted.length > 0) yield accounted
          accounted = []
          await fill()
        }
        const part = run[taken]
        if (part === undefined) {
          throw new AccountingError('part_missing', `batch ${batch.batch} has no part`)
        }
        taken += 1
        checkPart(layers, batch, part)
        checkLines(batch, part)
        rows += lengthOf(batch.rows)
        accounted.push({ batch, part })
      }
    }
    if (accounted.length > 0) yield accounted
    if (await fill()) {
      throw new AccountingError('part_repeated', `batch ${run[taken]?.batch} is not in the plan`)
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

function checkLines({ batch }: Batch, { rows, failures, lines }: PartLike): void {
  const at = `batch ${batch}`
  const count = lines.numbers.length
  // Counted first: with a line too few or too many, which row an empty line belongs to means nothing.
  if (count !== lengthOf(rows)) {
    const counts = `${count} predictions for ${lengthOf(rows)} rows`
    throw new AccountingError('part_lines_mismatch', `${at} holds ${counts}`)
  }
  if (lines.empty === 0 && failures.length === 0) return
  const { ends } = lines
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
