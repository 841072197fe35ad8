import { isFinal, type JobFailure, type JobId, type JobState, statesBefore } from '@millrace/job'
import { failureValue, number, UNTOLD } from './job-item.ts'
import type { Ledger } from '../table/ledger.ts'
import { anyOf } from './state-condition.ts'
import { stateNow } from './state-now.ts'
import { updateJob } from './update-job.ts'

export type MoveJobOutcome =
  | { readonly kind: 'moved' }
  | { readonly kind: 'refused'; readonly state: JobState } // There is no way to it from this state.

export interface MoveFacts {
  /** Seconds since the epoch: becomes the end of a job that ends. */
  readonly now: number
  readonly failure?: JobFailure
  /** Moves only a job whose plan is not sealed: what an attempt at planning finds is about no other. */
  readonly unplanned?: boolean
}

/**
 * Moves a job to another state, from any state that leads there. A move that was already made is
 * refused with the very state that was wanted.
 *
 * A job that is being planned is not resumed: it runs when its plan is sealed, and moved before that it
 * would run without totals, which no seal could add any more.
 *
 * @throws {LedgerError} `job_missing` when there is no such job.
 */
export async function moveJob(
  ledger: Ledger,
  jobId: JobId,
  to: JobState,
  { now, failure, unplanned }: MoveFacts,
  signal: AbortSignal,
): Promise<MoveJobOutcome> {
  const from = anyOf(statesBefore(to).filter((state) => state !== 'planning' || to !== 'running'))
  const end = isFinal(to)
  const moved = await updateJob(
    ledger,
    jobId,
    {
      verb: `move to ${to}`,
      update:
        'SET #state = :to' +
        (end
          ? ', endedAt = :now, active = :untold'
          : ', startedAt = if_not_exists(startedAt, :now)') +
        (failure === undefined ? '' : ', failure = :failure'),
      condition: from.condition + (unplanned === true ? ' AND attribute_not_exists(#plan)' : ''),
      values: {
        ...from.values,
        ':to': { S: to },
        ':now': number(now),
        ...(end ? { ':untold': { S: UNTOLD } } : {}),
        ...(failure === undefined ? {} : { ':failure': failureValue(failure) }),
      },
    },
    signal,
  )
  if (moved) return { kind: 'moved' }
  return { kind: 'refused', state: await stateNow(ledger, jobId, `move to ${to}`, signal) }
}
