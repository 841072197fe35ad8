import type { JobId, Postponed } from '@millrace/job'
import { postponedValue } from './job-item.ts'
import type { Ledger } from '../table/ledger.ts'
import { updateJob } from './update-job.ts'

/**
 * Notes why batches of a job are given back undone: of one that runs, or whose first ones are out while it is planned. The
 * last note stays; it changes nothing about the job.
 */
export async function noteWait(
  ledger: Ledger,
  jobId: JobId,
  wait: Postponed,
  signal: AbortSignal,
): Promise<void> {
  const update = {
    verb: 'note wait',
    update: 'SET waits = :wait',
    condition: '#state IN (:planning, :running)',
    values: {
      ':wait': postponedValue(wait),
      ':planning': { S: 'planning' },
      ':running': { S: 'running' },
    },
  }
  await updateJob(ledger, jobId, update, signal)
}
