import { type Documents, type Job, layersOf, type RowRange } from '@millrace/job'
import type { Ledger } from '../table/ledger.ts'
import type { DocumentsOf, Part } from './part.ts'
import { batchOfRow } from '../progress/planned-batch.ts'
import { readNewestPart } from './read-part.ts'

/** What is known of one row, now. */
export type RowAnswer =
  | { readonly kind: 'predicted'; readonly row: number; readonly prediction: string }
  | {
      readonly kind: 'failed'
      readonly row: number
      readonly code: string
      readonly message: string
    }
  | { readonly kind: 'pending'; readonly row: number } // Not yet: it is not planned, or not recorded.
  | { readonly kind: 'absent'; readonly row: number } // The dataset has fewer rows.

/**
 * Looks rows up, in row order, while the job runs as well as afterwards. One part is read at a time.
 * A part is written once, so an answer that is there is final, above the watermark too; but for a row that
 * has failed in the job that a retry under way stands on, and may be mended yet.
 */
export async function* readRows(
  ledger: Ledger,
  job: Job,
  rows: RowRange,
  documentsOf: DocumentsOf,
  signal: AbortSignal,
): AsyncGenerator<RowAnswer> {
  const plan = rememberLast(documentsOf(job.jobId))
  const place = { layers: layersOf(job), partitions: job.partitions }
  for (let row = rows.start; row < rows.end; ) {
    const batch = await batchOfRow(plan, job, row, signal)
    if (batch === undefined) {
      yield* unplanned(job, { start: row, end: rows.end })
      return
    }
    const part = await readNewestPart(ledger, place, batch.batch, documentsOf, signal)
    const range = { start: row, end: Math.min(rows.end, batch.rows.end) }
    yield* part === undefined ? answers('pending', range) : answersOf(part, range)
    row = range.end
  }
}

/** Neighbouring batches lie in one plan segment, which need not be read for each of them. */
function rememberLast(documents: Pick<Documents, 'read'>): Pick<Documents, 'read'> {
  let last: { name: string; bytes: Buffer | undefined } | undefined
  return {
    read: async (name, bytesMax, signal) => {
      if (last?.name !== name) last = { name, bytes: await documents.read(name, bytesMax, signal) }
      return last.bytes
    },
  }
}

function* unplanned({ plan }: Job, { start, end }: RowRange): Generator<RowAnswer> {
  const rowsMax = Math.max(start, Math.min(end, plan?.rows ?? end))
  yield* answers('pending', { start, end: rowsMax })
  yield* answers('absent', { start: rowsMax, end })
}

function* answers(kind: 'pending' | 'absent', { start, end }: RowRange): Generator<RowAnswer> {
  for (let row = start; row < end; row += 1) yield { kind, row }
}

function* answersOf(part: Part, { start, end }: RowRange): Generator<RowAnswer> {
  const predictions = part.predictions.toString('utf8').split('\n')
  const failures = new Map(part.failures.map((failure) => [failure.row, failure]))
  for (let row = start; row < end; row += 1) {
    const failure = failures.get(row)
    yield failure === undefined
      ? { kind: 'predicted', row, prediction: predictions[row - part.rows.start] ?? '' }
      : { kind: 'failed', ...failure }
  }
}
