import { EXIT, type ExitCode } from '../exit-code.ts'
import { fit } from '../show/fit.ts'
import { tableOf } from '../show/table.ts'
import { when } from '../show/when.ts'
import { jobFolders } from '../system/job-folders.ts'
import { openDeployed } from '../system/open-system.ts'
import type { System } from '../system/system.ts'
import { isDeployed, stateRootOf, type SystemOptions } from '../system/which-system.ts'
import type { World } from '../world.ts'
import {
  byNewest,
  isShown,
  jobsOfStack,
  type Listed,
  ofFolder,
  readListed,
  type Unreadable,
} from './read-jobs.ts'

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
  const text = options.json
    ? JSON.stringify(jobs.map((job) => ('error' in job ? unreadable(job) : job)))
    : fit(told(jobs), world.stdout)
  world.stdout.write(`${text}\n`)
  return EXIT.succeeded
}

/** What a program reads of a job that cannot be read. */
const unreadable = ({ error, ...job }: Unreadable) => ({
  ...job,
  state: 'unreadable',
  reason: error.message,
})

function told(jobs: readonly Listed[]): string {
  if (jobs.length === 0) return 'no jobs'
  const hasRetries = jobs.some((job) => 'retryOf' in job)
  const rows = jobs.map((job) => {
    const created = when(job.createdAt) ?? ''
    if ('error' in job) {
      const { jobId, error } = job
      return [jobId, 'unreadable', ...(hasRetries ? [''] : []), '', '', created, error.message]
    }
    const { jobId, state, plan, spec, retryOf } = job
    const retried = hasRetries ? [retryOf?.jobId ?? ''] : []
    const { endpoint, dataset } = spec
    return [jobId, state, ...retried, plan?.rows ?? '', endpoint.name, created, dataset.uri]
  })
  const retries = hasRetries ? ['retry of'] : []
  return tableOf(['job', 'state', ...retries, 'rows', 'endpoint', 'created', 'dataset'], rows)
}

async function deployedJobs(options: ListOptions, world: World): Promise<Listed[]> {
  await using system = await openDeployed(options, world)
  return await jobsOfStack(system, options.days, world.stop)
}

async function localJobs(options: ListOptions, world: World): Promise<Listed[]> {
  const root = stateRootOf(options)
  const jobs: Listed[] = []
  // One at a time: each has a ledger of its own to be opened.
  for (const jobId of await jobFolders(root)) {
    const read = ({ ledger }: System) => readListed(ledger, jobId, world.stop)
    const job = await ofFolder(root, jobId, read, world)
    if (job !== undefined && isShown(job, options.days, Date.now())) jobs.push(job)
  }
  return jobs.toSorted(byNewest)
}
