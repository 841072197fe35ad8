import type { Documents, RowFailure } from '@millrace/job'
import type { Ledger } from './ledger.ts'
import type { PartPlace } from './part.ts'
import { readPart } from './read-part.ts'
import { readProgress } from './read-progress.ts'

/**
 * The failed rows of a job in row order, as far as it is recorded. The marks of progress say which
 * batches have some, so only those parts are read.
 */
export async function* readFailures(
  ledger: Ledger,
  job: PartPlace,
  documents: Pick<Documents, 'read'>,
  signal: AbortSignal,
): AsyncGenerator<RowFailure> {
  const { failedRows } = await readProgress(ledger, job.jobId, signal)
  for (const batch of [...failedRows.keys()].sort((a, b) => a - b)) {
    const part = await readPart(ledger, job, batch, documents, signal)
    yield* part?.failures ?? []
  }
}
