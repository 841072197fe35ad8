import {
  type Documents,
  type Job,
  type JobId,
  type PinnedDataset,
  readPinnedDataset,
} from '@millrace/job'
import { type Ledger, readJob } from '@millrace/ledger'
import { type Share, shareOf } from './job-share.ts'

/** A job with what its batches need, as the consumer keeps it in memory. */
export interface OpenJob extends Share {
  readonly job: Job
  readonly dataset: PinnedDataset
}

/**
 * Reads a job anew, and with it this consumer's share of the job's concurrency. Its dataset never
 * changes once it is pinned, so it is kept from `previous`. Nothing when there is no such job, or
 * its dataset is not pinned, in which case no batch of it can have been published.
 *
 * @param consumer names this process among those that work on the job.
 */
export async function openJob(
  { ledger, documents, consumer }: { ledger: Ledger; documents: Documents; consumer: string },
  jobId: JobId,
  previous: OpenJob | undefined,
  signal: AbortSignal,
): Promise<OpenJob | undefined> {
  const job = await readJob(ledger, jobId, signal)
  if (job?.dataset === undefined) return undefined
  const dataset =
    previous !== undefined && previous.job.dataset?.digest === job.dataset.digest
      ? previous.dataset
      : await readPinnedDataset(documents, job.dataset, signal)
  return { job, dataset, ...(await shareOf({ ledger, consumer }, job, previous?.sharers, signal)) }
}
