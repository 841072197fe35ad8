import type { JobId } from '@millrace/job'
import type { Ledger } from '../table/ledger.ts'
import { type MoveJobOutcome, moveJob } from './move-job.ts'

/**
 * Cancels a job that has not ended, in whatever state it is. What was recorded stays recorded;
 * consumers delete its messages unread, and no aggregator can end it any more. Repeating it is
 * refused with the state `cancelled`.
 *
 * @param now in seconds since the epoch: when the job ended.
 * @throws {LedgerError} `job_missing` when there is no such job.
 */
export async function cancelJob(
  ledger: Ledger,
  jobId: JobId,
  { now }: { readonly now: number },
  signal: AbortSignal,
): Promise<MoveJobOutcome> {
  return await moveJob(ledger, jobId, 'cancelled', { now }, signal)
}
