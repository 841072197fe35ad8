import { type Job, layersOf, type RowFailure } from '@millrace/job'
import type { Ledger } from '../table/ledger.ts'
import type { DocumentsOf, PartPlace } from './part.ts'
import { readNewestPart } from './read-part.ts'
import { readLayeredProgress } from '../progress/read-progress.ts'

/**
 * The failed rows of a job in row order, as far as it is recorded; of a retry with those of the jobs
 * below that it has not mended. The marks of progress say which
 * batches have some, so only those parts are read.
 */
export async function* readFailures(
  ledger: Ledger,
  job: PartPlace & Pick<Job, 'retryOf'>,
  documentsOf: DocumentsOf,
  signal: AbortSignal,
): AsyncGenerator<RowFailure> {
  const layers = layersOf(job)
  const { failedRows } = await readLayeredProgress(ledger, layers, signal)
  const place = { layers, partitions: job.partitions }
  for (const batch of [...failedRows.keys()].sort((a, b) => a - b)) {
    const part = await readNewestPart(ledger, place, batch, documentsOf, signal)
    yield* part?.failures ?? []
  }
}
