import { idleSettings, type Job, type Preflight, type RetryOf, type Tolerance } from '@millrace/job'
import type { Rejection } from '@millrace/ledger'
import { billText, usageText } from '../cost/cost-text.ts'
import type { JobCost } from '../cost/read-cost.ts'
import { counted } from '../show/counted.ts'
import { type Fact, factsOf } from '../show/table.ts'
import { when } from '../show/when.ts'
import type { JobProgress } from '../system/job-progress.ts'
import { deadlineText } from './deadline-text.ts'
import { waitsText } from './waits.ts'

export interface MoreFacts {
  readonly cost?: JobCost | undefined
  /** Messages for batches of the job that were set aside. */
  readonly rejections?: readonly Rejection[]
  /** In seconds since the epoch; the clock's when absent. */
  readonly now?: number
}

/** A job for people: one fact a line. */
export const jobFacts = (job: Job, progress: JobProgress, more: MoreFacts = {}): string =>
  factsOf(factsOfJob(job, progress, more))

/** The same, each with its name; nothing of what is not known. */
export function factsOfJob(
  job: Job,
  { batches, failedRows }: JobProgress,
  { cost, rejections = [], now = Math.floor(Date.now() / 1_000) }: MoreFacts = {},
): readonly Fact[] {
  const { plan, preflight, spec, adjusted, retryOf, retriedBy } = job
  const recorded = plan === undefined ? `${batches}` : `${batches} of ${plan.batches}`
  return [
    ['job', job.jobId],
    ['state', job.state],
    ['retry of', retryOf && `${retryOf.jobId}${reasonsOf(retryOf)}`],
    ['retried by', retriedBy],
    ['waits', waitsText(job, now)],
    ['failure', failureOf(job)],
    ['dataset', spec.dataset.uri],
    ['endpoint', spec.endpoint.name],
    ['result', spec.output.uri],
    ['rows', plan?.rows],
    ['failed rows', failedRows],
    ['batches', `${recorded} recorded`],
    ['set aside', setAside(rejections)],
    ['no effect', idleSettings(spec).join(', ') || undefined],
    ['preflight', preflight && preflightText(preflight)],
    ['concurrency', adjusted?.concurrencyMax && `at most ${adjusted.concurrencyMax} in flight`],
    ['tolerance', toleranceOf(adjusted?.tolerance ?? spec.tolerance)],
    ['deadline', deadlineText(job, batches, now)],
    ['created', when(job.createdAt)],
    ['started', when(job.startedAt)],
    ['ended', when(job.endedAt)],
    ['cost', cost && billText(cost)],
    ['used', cost && usageText(cost)],
  ]
}

/** Why a job has failed, with the code. */
export const failureOf = ({ failure }: Job): string | undefined =>
  failure && `${failure.message} (${failure.code})`

function preflightText({ rows, latencyMs, bytesSent, bytesAnswered }: Preflight): string {
  const a = (bytes: number): string => `${(bytes / rows).toFixed(1)} bytes a row`
  return `${counted(rows, 'row')} in ${Math.round(latencyMs)} ms, ${a(bytesSent)} sent, ${a(bytesAnswered)} answered`
}

const reasonsOf = ({ reasons }: RetryOf): string =>
  reasons === undefined ? '' : ` (${reasons.join(', ')})`

function setAside([first, ...others]: readonly Rejection[]): string | undefined {
  if (first === undefined) return undefined
  const { batch, code, message } = first
  const more = others.length === 0 ? '' : `, and for ${others.length} more`
  return `a message for batch ${batch}: ${message} (${code})${more}`
}

/** Nothing when any number of rows may fail. */
function toleranceOf({ failedRowsMax, failedRowsPercentMax }: Tolerance): string | undefined {
  const limits = [
    ...(failedRowsMax === undefined ? [] : [`${failedRowsMax} failed rows`]),
    ...(failedRowsPercentMax === undefined ? [] : [`${failedRowsPercentMax} % of the rows`]),
  ]
  return limits.length === 0 ? undefined : limits.join(' and ')
}
