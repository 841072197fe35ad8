import { type Adjustment, type Job, toleranceExceeded } from '@millrace/job'
import { adjustJob, readJob } from '@millrace/ledger'
import { CliError } from '../cli-error.ts'
import { ofJob } from '../refusal/of-job.ts'
import { jobProgress } from '../system/job-progress.ts'
import { openJob } from '../system/open-system.ts'
import type { World } from '../world.ts'
import type { ControlOptions } from './control-options.ts'
import { comingMoment } from '../spec/coming-moment.ts'
import { when } from '../show/when.ts'
import { refused } from './refused.ts'
import { toleranceOf, type ToleranceWanted } from './tolerance-of.ts'

export interface AdjustOptions extends ControlOptions, ToleranceWanted {
  readonly concurrency?: number
  /** As the spec has it. */
  readonly deadline?: string
}

/** `millrace adjust`: changes what may be changed of a job under way. */
export async function adjust(options: AdjustOptions, world: World): Promise<string> {
  const { system, jobId } = await openJob(options.job, options, world)
  await using _open = system
  const job = await ofJob(system, jobId, readJob(system.ledger, jobId, world.stop), world.stop)
  const adjustment = adjustmentOf(job, options)
  const adjusted = await adjustJob(system.ledger, jobId, adjustment, world.stop)
  if (adjusted.kind === 'refused') throw refused('adjusted', jobId, adjusted.state)
  const said = `${jobId}: ${words(adjustment).join(', ')}`
  if (adjustment.tolerance === undefined) return said
  const { failedRows } = await jobProgress(system, jobId, world.stop)
  const failure = toleranceExceeded({ ...job, adjusted: adjustment }, failedRows)
  return failure === undefined ? said : `${said}; that ends it now: ${failure.message}`
}

/** @throws {CliError} when nothing is named. */
function adjustmentOf(job: Job, options: AdjustOptions): Adjustment {
  const { concurrency, deadline, failedRowsMax, failedRowsPercentMax } = options
  const changesTolerance = failedRowsMax !== undefined || failedRowsPercentMax !== undefined
  if (concurrency === undefined && deadline === undefined && !changesTolerance) {
    throw new CliError(`${job.jobId}: nothing to change was named`, {
      hint: 'name --concurrency, --deadline, --failed-rows-max or --failed-rows-percent-max',
    })
  }
  const before = job.adjusted?.tolerance ?? job.spec.tolerance
  return {
    ...(concurrency === undefined ? {} : { concurrencyMax: concurrency }),
    ...(changesTolerance ? { tolerance: toleranceOf(before, options) } : {}),
    ...(deadline === undefined ? {} : { deadline: comingMoment(deadline) }),
  }
}

function words({ concurrencyMax, tolerance, deadline }: Adjustment): string[] {
  const said: string[] = []
  if (concurrencyMax !== undefined)
    said.push(`${concurrencyMax} invocations in flight at most, all consumers together`)
  if (deadline !== undefined) said.push(`to have ended by ${when(deadline)}`)
  if (tolerance === undefined) return said
  const { failedRowsMax, failedRowsPercentMax } = tolerance
  if (failedRowsMax !== undefined) said.push(`fails when more than ${failedRowsMax} rows fail`)
  if (failedRowsPercentMax !== undefined)
    said.push(`fails when more than ${failedRowsPercentMax} % of the rows fail`)
  return Object.keys(tolerance).length === 0
    ? [...said, 'tolerates any number of failed rows']
    : said
}
