import { type Documents, isFinal, type Job, type JobId, readPinnedDataset } from '@millrace/job'
import { announceConsumer, type Ledger, readJob } from '@millrace/ledger'
import type { OpenJob } from './process-batch.ts'

/** A consumer counts for so long after its last word; its word is renewed every two seconds. */
const PRESENT_SECONDS = 10

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
  return { job, dataset, concurrencyMax: await shareOf(ledger, job, consumer, signal) }
}

/**
 * What nothing limits, and what is over, costs neither a write nor a read. In a paused job this consumer still
 * counts: it may be resumed while invocations of before are under way.
 */
async function shareOf(
  ledger: Ledger,
  { jobId, state, adjusted }: Job,
  consumer: string,
  signal: AbortSignal,
): Promise<number> {
  const concurrencyMax = adjusted?.concurrencyMax
  if (concurrencyMax === undefined || isFinal(state)) return Number.POSITIVE_INFINITY
  const now = Math.floor(Date.now() / 1_000)
  const presence = { consumer, expiresAt: now + PRESENT_SECONDS }
  const present = await announceConsumer(ledger, jobId, presence, now, signal)
  return shareOfConcurrency(concurrencyMax, present, consumer)
}

/**
 * A consumer's part of a concurrency that all share: whole numbers that add up to it, whatever each
 * consumer computes for itself. With more consumers than invocations some have none.
 */
export function shareOfConcurrency(
  concurrencyMax: number,
  consumers: readonly string[],
  consumer: string,
): number {
  const rank = consumers.toSorted().indexOf(consumer)
  const count = Math.max(1, consumers.length)
  return Math.floor(concurrencyMax / count) + (rank < concurrencyMax % count ? 1 : 0)
}
