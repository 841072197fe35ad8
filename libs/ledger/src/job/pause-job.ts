import { type JobId, statesBefore } from '@millrace/job'
import type { Ledger } from '../table/ledger.ts'
import type { MoveJobOutcome } from './move-job.ts'
import { anyOf } from './state-condition.ts'
import { stateNow } from './state-now.ts'
import { updateJob } from './update-job.ts'

/**
 * Pauses a job that is planned or running: no batch of it is invoked any more. Whoever meets it
 * paused lets go of its messages; after `resumeJob` the missing batches are published again.
 * Repeating it is refused with the state `paused`.
 *
 * @throws {LedgerError} `job_missing` when there is no such job.
 */
export async function pauseJob(
  ledger: Ledger,
  jobId: JobId,
  signal: AbortSignal,
): Promise<MoveJobOutcome> {
  const from = anyOf(statesBefore('paused'))
  const update = {
    verb: 'pause',
    update: 'SET #state = :to',
    condition: from.condition,
    values: { ...from.values, ':to': { S: 'paused' } },
  }
  if (await updateJob(ledger, jobId, update, signal)) return { kind: 'moved' }
  return { kind: 'refused', state: await stateNow(ledger, jobId, 'pause', signal) }
}
