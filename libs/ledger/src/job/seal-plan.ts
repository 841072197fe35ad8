import {
  type JobId,
  type JobState,
  type PlanTotals,
  type Preflight,
  statesBefore,
} from '@millrace/job'
import { number, planValue, preflightValue } from './job-item.ts'
import type { Ledger } from '../table/ledger.ts'
import { LedgerError } from '../table/ledger-error.ts'
import { readJob } from './read-job.ts'
import { anyOf } from './state-condition.ts'
import { updateJob } from './update-job.ts'

export type SealPlanOutcome =
  | { readonly kind: 'sealed' }
  | { readonly kind: 'refused'; readonly state: JobState } // It ended while it was being planned.

/**
 * Makes the totals of a plan known, with what the preflight before it has shown, and sets the job
 * running. Repeating it with the same totals changes nothing.
 *
 * @throws {LedgerError} `plan_mismatch` when the job was sealed with other totals; `job_missing`.
 */
export async function sealPlan(
  ledger: Ledger,
  jobId: JobId,
  totals: PlanTotals,
  { now, preflight }: { readonly now: number; readonly preflight?: Preflight },
  signal: AbortSignal,
): Promise<SealPlanOutcome> {
  const from = anyOf(statesBefore('running').filter((state) => state !== 'paused'))
  const sealed = await updateJob(
    ledger,
    jobId,
    {
      verb: 'seal plan',
      update: `SET #state = :to, #plan = :plan, startedAt = if_not_exists(startedAt, :now)${
        preflight === undefined ? '' : ', preflight = :preflight'
      }`,
      condition: `attribute_not_exists(#plan) AND ${from.condition}`,
      values: {
        ...from.values,
        ':to': { S: 'running' },
        ':plan': planValue(totals),
        ':now': number(now),
        ...(preflight === undefined ? {} : { ':preflight': preflightValue(preflight) }),
      },
    },
    signal,
  )
  return sealed ? { kind: 'sealed' } : await whySealed(ledger, jobId, totals, signal)
}

async function whySealed(
  ledger: Ledger,
  jobId: JobId,
  totals: PlanTotals,
  signal: AbortSignal,
): Promise<SealPlanOutcome> {
  const job = await readJob(ledger, jobId, signal)
  if (job === undefined) {
    throw new LedgerError('job_missing', `seal plan of job ${jobId}: job_missing`)
  }
  if (job.plan === undefined) return { kind: 'refused', state: job.state }
  const { batches, rows } = job.plan
  if (batches === totals.batches && rows === totals.rows) return { kind: 'sealed' }
  const wanted = `${totals.batches} batches, ${totals.rows} rows`
  throw new LedgerError(
    'plan_mismatch',
    `seal plan of job ${jobId}: plan_mismatch (${wanted}; sealed with ${batches}, ${rows})`,
  )
}
