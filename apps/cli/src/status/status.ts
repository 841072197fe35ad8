import type { Job } from '@millrace/job'
import { readJob } from '@millrace/ledger'
import { CliError } from '../cli-error.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { factsOf } from '../show/table.ts'
import { when } from '../show/when.ts'
import { type JobProgress, jobProgress } from '../system/job-progress.ts'
import { openJob, type SystemOptions } from '../system/open-system.ts'
import type { World } from '../world.ts'

export interface StatusOptions extends SystemOptions {
  /** The latest local job when absent. */
  readonly job?: string
  readonly json: boolean
}

/** `millrace status`: what a job is, how far it is, and what became of it. */
export async function status(options: StatusOptions, world: World): Promise<ExitCode> {
  const { system, jobId } = await openJob(options.job, options, world)
  await using _open = system
  const job = await readJob(system.ledger, jobId, world.stop)
  if (job === undefined) throw new CliError(`${jobId}: no such job`)
  const progress = await jobProgress(system, jobId, world.stop)
  world.stdout.write(
    `${options.json ? JSON.stringify({ ...job, progress }) : told(job, progress)}\n`,
  )
  return EXIT.succeeded
}

function told(job: Job, { batches, failedRows }: JobProgress): string {
  const { plan, spec, failure } = job
  return factsOf([
    ['job', job.jobId],
    ['state', job.state],
    ['failure', failure && `${failure.message} (${failure.code})`],
    ['dataset', spec.dataset.uri],
    ['endpoint', spec.endpoint.name],
    ['result', spec.output.uri],
    ['rows', plan?.rows],
    ['failed rows', failedRows],
    [
      'batches',
      plan === undefined ? `${batches} recorded` : `${batches} of ${plan.batches} recorded`,
    ],
    ['created', when(job.createdAt)],
    ['started', when(job.startedAt)],
    ['ended', when(job.endedAt)],
  ])
}
