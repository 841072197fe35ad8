import { join } from 'node:path'
import { isFinal, type Job, type JobId } from '@millrace/job'
import { listJobs, readJob } from '@millrace/ledger'
import { CliError } from '../cli-error.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { fit } from '../show/fit.ts'
import { tableOf } from '../show/table.ts'
import { when } from '../show/when.ts'
import { jobFolders } from '../system/job-folders.ts'
import { openLocalSystem } from '../system/local-system.ts'
import { openDeployed } from '../system/open-system.ts'
import { isDeployed, stateRootOf, type SystemOptions } from '../system/which-system.ts'
import type { World } from '../world.ts'

export interface ListOptions extends SystemOptions {
  /** Jobs created within so many days; those that have not ended are shown always. */
  readonly days: number
  readonly json: boolean
}

/** `millrace list`: the jobs of a stack or of a folder, the newest first. */
export async function list(options: ListOptions, world: World): Promise<ExitCode> {
  const jobs = isDeployed(options, world)
    ? await deployedJobs(options, world)
    : await localJobs(options, world)
  const sorted = jobs.toSorted((a, b) => b.createdAt - a.createdAt)
  world.stdout.write(`${options.json ? JSON.stringify(sorted) : fit(told(sorted), world.stdout)}\n`)
  return EXIT.succeeded
}

function told(jobs: readonly Job[]): string {
  if (jobs.length === 0) return 'no jobs'
  const hasRetries = jobs.some(({ retryOf }) => retryOf !== undefined)
  const rows = jobs.map(({ jobId, state, plan, spec, createdAt, retryOf }) => [
    jobId,
    state,
    ...(hasRetries ? [retryOf?.jobId ?? ''] : []),
    plan?.rows ?? '',
    spec.endpoint.name,
    when(createdAt) ?? '',
    spec.dataset.uri,
  ])
  const retries = hasRetries ? ['retry of'] : []
  return tableOf(['job', 'state', ...retries, 'rows', 'endpoint', 'created', 'dataset'], rows)
}

async function deployedJobs(options: ListOptions, world: World): Promise<Job[]> {
  await using system = await openDeployed(options, world)
  const found = new Map<JobId, Job>()
  const wanted = [
    { active: true } as const,
    ...lastDays(options.days, Date.now()).map((day) => ({ day })),
  ]
  for (const which of wanted) {
    for await (const job of listJobs(system.ledger, which, world.stop)) found.set(job.jobId, job)
  }
  return [...found.values()]
}

/** UTC days, today first. */
function lastDays(days: number, now: number): string[] {
  return Array.from({ length: days }, (_, back) =>
    new Date(now - back * 24 * 60 * 60 * 1_000).toISOString().slice(0, 10),
  )
}

async function localJobs(options: ListOptions, world: World): Promise<Job[]> {
  const root = stateRootOf(options)
  const since = Date.now() / 1_000 - options.days * 24 * 60 * 60
  const jobs: Job[] = []
  // One at a time: each has a ledger of its own to be opened.
  for (const jobId of await jobFolders(root)) {
    const job = await readLocal(root, jobId, world)
    if (job !== undefined && (!isFinal(job.state) || job.createdAt >= since)) jobs.push(job)
  }
  return jobs
}

/** What cannot be opened, as the state of another version, is told beside the other jobs. */
async function readLocal(root: string, jobId: JobId, world: World): Promise<Job | undefined> {
  try {
    await using system = await openLocalSystem(join(root, jobId), world.stop)
    return await readJob(system.ledger, jobId, world.stop)
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    world.stderr.write(`${jobId}: not listed: ${error.message}\n`)
    return undefined
  }
}
