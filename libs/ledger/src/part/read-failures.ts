import { type Job, layersOf, mapAhead, type RowFailure } from '@millrace/job'
import type { Ledger } from '../table/ledger.ts'
import type { DocumentsOf, PartPlace } from './part.ts'
import { readNewestPart } from './read-part.ts'
import { readLayeredProgress } from '../progress/read-progress.ts'

/**
 * The failed rows of a job in row order, as far as it is recorded; of a retry with those of the jobs
 * below that it has not mended. The marks of progress say which
 * batches have some, so only those parts are read.
 *
 * @param ahead Parts that are asked for ahead of their turn: each is a round trip, and holds all its predictions, 16 MiB
 *   of them if it is large.
 */
export async function* readFailures(
  ledger: Ledger,
  job: PartPlace & Pick<Job, 'retryOf'>,
  documentsOf: DocumentsOf,
  signal: AbortSignal,
  ahead = 0,
): AsyncGenerator<RowFailure> {
  const layers = layersOf(job)
  const { failedRows } = await readLayeredProgress(ledger, layers, signal)
  const place = { layers, partitions: job.partitions }
  const batches = [...failedRows.keys()].sort((a, b) => a - b)
  const failures = mapAhead(batches, ahead, async (batch) => {
    const part = await readNewestPart(ledger, place, batch, documentsOf, signal)
    return part?.failures ?? []
  })
  for await (const ofBatch of failures) yield* ofBatch
}
