import { join } from 'node:path'
import { isFinal, type Job, type JobId } from '@millrace/job'
import { type Ledger, LedgerError, listJobs, readJob, type UnreadableJob } from '@millrace/ledger'
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
  const sorted = jobs.toSorted((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0))
  const text = options.json
    ? JSON.stringify(sorted.map((job) => ('error' in job ? unreadable(job) : job)))
    : fit(told(sorted), world.stdout)
  world.stdout.write(`${text}\n`)
  return EXIT.succeeded
}

type Listed = Job | UnreadableJob

/** What a program reads of a job that cannot be read. */
const unreadable = ({ error, ...job }: UnreadableJob) => ({
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
  const found = new Map<string, Listed>()
  const add = (job: Listed): void => void found.set(job.jobId, job)
  const wanted = [
    { active: true } as const,
    ...lastDays(options.days, Date.now()).map((day) => ({ day })),
  ]
  for (const which of wanted) {
    for await (const job of listJobs(system.ledger, which, add, world.stop)) add(job)
  }
  return [...found.values()]
}

/** UTC days, today first. */
function lastDays(days: number, now: number): string[] {
  return Array.from({ length: days }, (_, back) =>
    new Date(now - back * 24 * 60 * 60 * 1_000).toISOString().slice(0, 10),
  )
}

async function localJobs(options: ListOptions, world: World): Promise<Listed[]> {
  const root = stateRootOf(options)
  const since = Date.now() / 1_000 - options.days * 24 * 60 * 60
  const jobs: Listed[] = []
  // One at a time: each has a ledger of its own to be opened.
  for (const jobId of await jobFolders(root)) {
    const job = await readLocal(root, jobId, world)
    if (job === undefined) continue
    if ('error' in job || !isFinal(job.state) || job.createdAt >= since) jobs.push(job)
  }
  return jobs
}

/** What cannot be opened, as the state of another version, is told beside the other jobs. */
async function readLocal(root: string, jobId: JobId, world: World): Promise<Listed | undefined> {
  try {
    await using system = await openLocalSystem(join(root, jobId), world.stop)
    return await readListed(system.ledger, jobId, world.stop)
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    world.stderr.write(`${jobId}: not listed: ${error.message}\n`)
    return undefined
  }
}

async function readListed(
  ledger: Ledger,
  jobId: JobId,
  signal: AbortSignal,
): Promise<Listed | undefined> {
  try {
    return await readJob(ledger, jobId, signal)
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    return { jobId, error }
  }
}
