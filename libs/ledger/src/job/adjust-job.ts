import assert from 'node:assert/strict'
import { type Adjustment, type JobId, JOB_STATES, isFinal } from '@millrace/job'
import { AT_RISK_TOLD } from './claim-event.ts'
import { adjustmentAttributes } from './job-item.ts'
import type { Ledger } from '../table/ledger.ts'
import type { MoveJobOutcome } from './move-job.ts'
import { anyOf } from './state-condition.ts'
import { stateNow } from './state-now.ts'
import { updateJob } from './update-job.ts'

export type AdjustJobOutcome =
  | { readonly kind: 'adjusted' }
  | Extract<MoveJobOutcome, { kind: 'refused' }> // It has ended: nothing about it changes any more.

/**
 * Changes concurrency, tolerance or deadline of a job that has not ended; what is not named stays as it is. The
 * last writer wins, and repeating it changes nothing.
 *
 * @throws {LedgerError} `job_missing` when there is no such job.
 */
export async function adjustJob(
  ledger: Ledger,
  jobId: JobId,
  adjustment: Adjustment,
  signal: AbortSignal,
): Promise<AdjustJobOutcome> {
  const attributes = Object.entries(adjustmentAttributes(adjustment))
  assert(
    attributes.length > 0,
    'wanted a concurrency, a tolerance or a deadline to change, got none',
  )
  // That another deadline is at risk has not been told.
  const again = adjustment.deadline === undefined ? '' : ` REMOVE ${AT_RISK_TOLD.join(', ')}`
  const open = anyOf(JOB_STATES.filter((state) => !isFinal(state)))
  const adjusted = await updateJob(
    ledger,
    jobId,
    {
      verb: 'adjust',
      update: `SET ${attributes.map(([name]) => `${name} = :${name}`).join(', ')}${again}`,
      condition: open.condition,
      values: {
        ...open.values,
        ...Object.fromEntries(attributes.map(([name, value]) => [`:${name}`, value])),
      },
    },
    signal,
  )
  if (adjusted) return { kind: 'adjusted' }
  return { kind: 'refused', state: await stateNow(ledger, jobId, 'adjust', signal) }
}
