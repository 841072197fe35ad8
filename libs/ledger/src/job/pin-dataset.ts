import type { DatasetPin, JobId } from '@millrace/job'
import { ItemReader } from '../table/item.ts'
import { datasetOf, datasetValue } from './job-item.ts'
import type { Ledger } from '../table/ledger.ts'
import { LedgerError } from '../table/ledger-error.ts'
import { readJobItem } from './read-job.ts'
import { updateJob } from './update-job.ts'

/**
 * Pins a job to the versions of its dataset. The first pin wins; the one that holds is returned. What was noted while
 * it was made is over.
 *
 * @throws {LedgerError} `job_missing` when there is no such job.
 */
export async function pinDataset(
  ledger: Ledger,
  jobId: JobId,
  pin: DatasetPin,
  signal: AbortSignal,
): Promise<DatasetPin> {
  const pinned = await updateJob(
    ledger,
    jobId,
    {
      verb: 'pin dataset',
      update: 'SET dataset = :pin REMOVE postponed',
      condition: 'attribute_not_exists(dataset)',
      values: { ':pin': datasetValue(pin) },
    },
    signal,
  )
  if (pinned) return pin
  const item = await readJobItem(ledger, jobId, signal)
  if (item === undefined) {
    throw new LedgerError('job_missing', `pin dataset of job ${jobId}: job_missing`)
  }
  return datasetOf(new ItemReader(`job item ${jobId}`, item).map('dataset'))
}
