import type { JobFailure, JobState } from '@millrace/job'
import { statesBefore } from '@millrace/job'
import { failureValue, number, UNTOLD } from './job-item.ts'
import type { Lease } from './lease.ts'
import type { Ledger } from '../table/ledger.ts'
import { readJobItem } from './read-job.ts'
import { updateJob } from './update-job.ts'

export type FinishOutcome = { readonly kind: 'finished' } | { readonly kind: 'lost' } // Another owner took over, or the job was ended: nothing was changed.

export interface FinishFacts {
  readonly state: JobState
  /** Seconds since the epoch. */
  readonly now: number
  /** Kept as one JSON document beside the job. */
  readonly summary?: object
  readonly failure?: JobFailure
}

/** Ends a job under the lease; only the newest generation can. Repeating it changes nothing. */
export async function finishJob(
  ledger: Ledger,
  { jobId, generation }: Lease,
  { state, now, summary, failure }: FinishFacts,
  signal: AbortSignal,
): Promise<FinishOutcome> {
  if (!statesBefore(state).includes('aggregating')) {
    throw new TypeError(`finish job ${jobId}: wanted a state that ends it, got ${state}`)
  }
  const finished = await updateJob(
    ledger,
    jobId,
    {
      verb: 'finish',
      update:
        'SET #state = :to, endedAt = :now, active = :untold' +
        (summary === undefined ? '' : ', summary = :summary') +
        (failure === undefined ? '' : ', failure = :failure'),
      condition: '#state = :aggregating AND generation = :generation',
      values: {
        ':to': { S: state },
        ':now': number(now),
        ':untold': { S: UNTOLD },
        ':aggregating': { S: 'aggregating' },
        ':generation': number(generation),
        ...(summary === undefined ? {} : { ':summary': { S: JSON.stringify(summary) } }),
        ...(failure === undefined ? {} : { ':failure': failureValue(failure) }),
      },
    },
    signal,
  )
  if (finished) return { kind: 'finished' }
  // Our own first call may have done it, and only its response was lost.
  const item = await readJobItem(ledger, jobId, signal)
  const ours = item?.['state']?.S === state && item['generation']?.N === String(generation)
  return { kind: ours ? 'finished' : 'lost' }
}
