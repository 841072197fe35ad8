import type { JobId } from '@millrace/job'
import type { Ledger } from '../table/ledger.ts'
import { LedgerError } from '../table/ledger-error.ts'
import { readJob } from './read-job.ts'
import { updateJob } from './update-job.ts'

/**
 * Claims an ended job for its retry. The first claim stays, so that the retries of a job form a line and
 * none writes over what another has mended. Repeating it changes nothing.
 *
 * @returns the retry that holds the claim.
 * @throws {LedgerError} `job_missing` when there is no such job.
 */
export async function claimRetry(
  ledger: Ledger,
  jobId: JobId,
  retry: JobId,
  signal: AbortSignal,
): Promise<JobId> {
  const claimed = await updateJob(
    ledger,
    jobId,
    {
      verb: 'claim retry',
      update: 'SET retriedBy = :retry',
      condition: 'attribute_not_exists(retriedBy) OR retriedBy = :retry',
      values: { ':retry': { S: retry } },
    },
    signal,
  )
  if (claimed) return retry
  const holder = (await readJob(ledger, jobId, signal))?.retriedBy
  if (holder !== undefined) return holder
  throw new LedgerError('job_missing', `claim retry of job ${jobId}: job_missing`)
}
