import type { JobId, JobState } from '@millrace/job'
import type { Ledger } from '../table/ledger.ts'
import { LedgerError } from '../table/ledger-error.ts'
import { readJob } from './read-job.ts'

/**
 * The state that has kept a job from `verb`, for the outcome of a refused update.
 *
 * @throws {LedgerError} `job_missing` when there is no such job.
 */
export async function stateNow(
  ledger: Ledger,
  jobId: JobId,
  verb: string,
  signal: AbortSignal,
): Promise<JobState> {
  const job = await readJob(ledger, jobId, signal)
  if (job !== undefined) return job.state
  throw new LedgerError('job_missing', `${verb} of job ${jobId}: job_missing`)
}
