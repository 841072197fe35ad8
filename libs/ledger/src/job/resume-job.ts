import type { JobId, JobState } from '@millrace/job'
import type { Ledger } from '../table/ledger.ts'
import { stateNow } from './state-now.ts'
import { updateJob } from './update-job.ts'

export type ResumeJobOutcome =
  | { readonly kind: 'resumed'; readonly state: JobState }
  /** It was not paused. A job that takes batches may be asked for again all the same. */
  | { readonly kind: 'not_paused'; readonly state: JobState }

/**
 * Sets a paused job back to where it was: running when its plan is sealed, else planning. Its
 * messages were let go while it was paused, so the caller then publishes its job request.
 *
 * @throws {LedgerError} `job_missing` when there is no such job.
 */
export async function resumeJob(
  ledger: Ledger,
  jobId: JobId,
  signal: AbortSignal,
): Promise<ResumeJobOutcome> {
  if (await leavePause(ledger, jobId, 'running', 'attribute_exists(#plan)', signal))
    return { kind: 'resumed', state: 'running' }
  if (await leavePause(ledger, jobId, 'planning', 'attribute_not_exists(#plan)', signal))
    return { kind: 'resumed', state: 'planning' }
  return { kind: 'not_paused', state: await stateNow(ledger, jobId, 'resume', signal) }
}

async function leavePause(
  ledger: Ledger,
  jobId: JobId,
  to: JobState,
  condition: string,
  signal: AbortSignal,
): Promise<boolean> {
  return await updateJob(
    ledger,
    jobId,
    {
      verb: 'resume',
      update: 'SET #state = :to',
      condition: `#state = :paused AND ${condition}`,
      values: { ':to': { S: to }, ':paused': { S: 'paused' } },
    },
    signal,
  )
}
