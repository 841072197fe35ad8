import type { JobId } from '@millrace/job'
import { number } from './job-item.ts'
import type { Ledger } from '../table/ledger.ts'
import { updateJob } from './update-job.ts'

/**
 * Fixes how many classes a job tells apart. Who is first wins: batches may be out since, and all of a job's rows are
 * held to one number.
 */
export async function fixClasses(
  ledger: Ledger,
  jobId: JobId,
  classes: number,
  signal: AbortSignal,
): Promise<void> {
  const update = {
    verb: 'fix classes',
    update: 'SET classes = :classes',
    condition: 'attribute_not_exists(classes)',
    values: { ':classes': number(classes) },
  }
  await updateJob(ledger, jobId, update, signal)
}
