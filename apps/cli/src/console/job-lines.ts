import { join } from 'node:path'
import type { JobLine } from '@millrace/console'
import { isFinal, type JobId } from '@millrace/job'
import {
  byNewest,
  isShown,
  jobsOfStack,
  type Listed,
  ofFolder,
  readListed,
} from '../list/read-jobs.ts'
import { jobFolders } from '../system/job-folders.ts'
import { type JobProgress, jobProgress } from '../system/job-progress.ts'
import { readLiveCloud } from '../system/live-cloud.ts'
import { openDeployed } from '../system/open-system.ts'
import type { System } from '../system/system.ts'
import { isDeployed, stateRootOf } from '../system/which-system.ts'
import type { World } from '../world.ts'
import type { ConsoleOptions } from './console-options.ts'

/** The jobs as they are now, the newest first. */
export type JobLines = (signal: AbortSignal) => Promise<readonly JobLine[]>

export function createJobLines(options: ConsoleOptions, world: World): JobLines {
  return isDeployed(options, world) ? linesOfStack(options, world) : linesOfFolders(options, world)
}

interface Found {
  readonly job: Listed
  /** Of jobs that have not ended: that of the others is in their manifests. */
  readonly progress?: JobProgress
}

function linesOfStack(options: ConsoleOptions, world: World): JobLines {
  return async (stop) => {
    await using system = await openDeployed(options, { ...world, stop })
    const lines: JobLine[] = []
    for (const job of await jobsOfStack(system, options.days, stop)) {
      lines.push(lineOf(await withProgress(system, job, stop)))
    }
    return lines
  }
}

async function withProgress(system: System, job: Listed, signal: AbortSignal): Promise<Found> {
  if ('error' in job || isFinal(job.state)) return { job }
  return { job, progress: await jobProgress(system, job.jobId, signal) }
}

/**
 * To look at a job of a folder is to open its ledger, which nobody else can do at the time. So a job at which no
 * run is at work, and so changes only by who opens it, is looked at again only now and then.
 */
const LOOK_AGAIN_MS = 60_000

interface Seen extends Found {
  readonly atMs: number
}

function linesOfFolders(options: ConsoleOptions, world: World): JobLines {
  const seen = new Map<JobId, Seen>()
  return async (stop) => {
    const root = stateRootOf(options)
    const found: Found[] = []
    for (const jobId of await jobFolders(root)) {
      const known = seen.get(jobId)
      const isFresh = known !== undefined && performance.now() - known.atMs < LOOK_AGAIN_MS
      if (isFresh && (await readLiveCloud(join(root, jobId))) === undefined) {
        found.push(known)
        continue
      }
      const read = (system: System) => look(system, jobId, stop)
      const now = await ofFolder(root, jobId, read, { ...world, stop })
      if (now === undefined) continue
      found.push(now)
      const isAtWork = now.isAtWork && !('error' in now.job) && !isFinal(now.job.state)
      if (isAtWork) seen.delete(jobId)
      else seen.set(jobId, { ...now, atMs: performance.now() })
    }
    const shown = found.filter(({ job }) => isShown(job, options.days, Date.now()))
    return shown.toSorted((a, b) => byNewest(a.job, b.job)).map(lineOf)
  }
}

async function look(system: System, jobId: JobId, signal: AbortSignal) {
  const job = await readListed(system.ledger, jobId, signal)
  if (job === undefined) return undefined
  return { ...(await withProgress(system, job, signal)), isAtWork: !system.isHost }
}

function lineOf({ job, progress }: Found): JobLine {
  const { jobId, createdAt } = job
  const created = createdAt === undefined ? {} : { createdAt }
  if ('error' in job) return { jobId, state: 'unreadable', reason: job.error.message, ...created }
  const { state, spec, plan, endedAt, retryOf } = job
  return {
    jobId,
    state,
    ...created,
    endpoint: spec.endpoint.name,
    dataset: spec.dataset.uri,
    ...(plan === undefined ? {} : { rows: plan.rows, batches: plan.batches }),
    ...(progress && { recorded: progress.batches, failedRows: progress.failedRows }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(retryOf === undefined ? {} : { retryOf: retryOf.jobId }),
  }
}
