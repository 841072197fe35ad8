import type { JobId, Postponed } from '@millrace/job'
import type { Ledger } from '../table/ledger.ts'
import { postponedValue } from './job-item.ts'
import { updateJob } from './update-job.ts'

/**
 * Notes that a job was looked at which waits for its endpoint to be planned, or whose dataset is being decompressed:
 * its request is alive, and need not be sent again. The last look stays; nothing changes about a job that is not planned any more.
 */
export async function postponeJob(
  ledger: Ledger,
  jobId: JobId,
  postponed: Postponed,
  signal: AbortSignal,
): Promise<void> {
  await updateJob(
    ledger,
    jobId,
    {
      verb: 'postpone',
      update: 'SET postponed = :postponed',
      condition: '#state = :planning',
      values: { ':postponed': postponedValue(postponed), ':planning': { S: 'planning' } },
    },
    signal,
  )
}
