import type { JobId, Postponed } from '@millrace/job'
import { postponedValue } from './job-item.ts'
import type { Ledger } from '../table/ledger.ts'
import { updateJob } from './update-job.ts'

/** Notes why an attempt to plan a job has failed, which another one may mend. */
export async function noteFailedAttempt(
  ledger: Ledger,
  jobId: JobId,
  attempt: Postponed,
  signal: AbortSignal,
): Promise<void> {
  const update = {
    verb: 'note failed attempt',
    update: 'SET failedAttempt = :attempt',
    condition: '#state = :planning',
    values: { ':attempt': postponedValue(attempt), ':planning': { S: 'planning' } },
  }
  await updateJob(ledger, jobId, update, signal)
}
