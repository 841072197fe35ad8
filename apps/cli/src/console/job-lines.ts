import { join } from 'node:path'
import type { JobLine } from '@millrace/console'
import { isFinal, type JobId } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { byNewest, isShown, jobsOfStack, type Listed, readListed } from '../list/read-jobs.ts'
import { jobFolders } from '../system/job-folders.ts'
import { waitsReason } from '../status/waits.ts'
import { type JobProgress, jobProgress } from '../system/job-progress.ts'
import { readLiveCloud } from '../system/live-cloud.ts'
import { openLocalSystem } from '../system/local-system.ts'
import { openDeployed } from '../system/open-system.ts'
import type { System } from '../system/system.ts'
import { isDeployed, stateRootOf } from '../system/which-system.ts'
import type { World } from '../world.ts'
import type { ConsoleOptions } from './console-options.ts'

export interface JobLines {
  /** The jobs as they are now, the newest first. */
  lines(signal: AbortSignal): Promise<readonly JobLine[]>
  /** Something was done to a job: what was seen of it before counts no more. */
  forget(jobId: JobId): void
}

export function createJobLines(options: ConsoleOptions, world: World): JobLines {
  return isDeployed(options, world) ? linesOfStack(options, world) : linesOfFolders(options, world)
}

interface Found {
  readonly job: Listed
  /** Of jobs that have not ended: that of the others is in their manifests. */
  readonly progress?: JobProgress
}

function linesOfStack(options: ConsoleOptions, world: World): JobLines {
  return {
    lines: async (stop) => {
      await using system = await openDeployed(options, { ...world, stop })
      const lines: JobLine[] = []
      for (const job of await jobsOfStack(system, options.days, stop)) {
        lines.push(lineOf(await withProgress(system, job, stop)))
      }
      return lines
    },
    forget: () => {},
  }
}

async function withProgress(system: System, job: Listed, signal: AbortSignal): Promise<Found> {
  if ('error' in job || isFinal(job.state)) return { job }
  return { job, progress: await jobProgress(system, job.jobId, signal) }
}

/**
 * To look at a job of a folder is to open its ledger, which nobody else can do at the time. So a job at which no
 * run is at work is looked at again only now and then, and one that has ended not at all.
 */
const LOOK_AGAIN_MS = 60_000

interface Seen extends Found {
  /** From when on it is looked at again, by `performance.now`. */
  readonly untilMs: number
}

function linesOfFolders(options: ConsoleOptions, world: World): JobLines {
  const root = stateRootOf(options)
  const seen = new Map<JobId, Seen>()

  async function find(jobId: JobId, stop: AbortSignal): Promise<Found | undefined> {
    const known = seen.get(jobId)
    const isFresh = known !== undefined && performance.now() < known.untilMs
    if (isFresh && (await readLiveCloud(join(root, jobId))) === undefined) return known
    const look = await lookInto(root, jobId, { ...world, stop })
    // Somebody else has the folder open for a moment, or it is of another version: it is still there.
    if (look.kind === 'closed') return known ?? { job: { jobId, error: look.error } }
    const { found } = look
    if (found === undefined) return undefined
    const isEnded = 'state' in found.job && isFinal(found.job.state)
    const untilMs = isEnded ? Infinity : performance.now() + LOOK_AGAIN_MS
    if (look.kind === 'at_work' && !isEnded) seen.delete(jobId)
    else seen.set(jobId, { ...found, untilMs })
    return found
  }

  return {
    lines: async (stop) => {
      const found: Found[] = []
      // One at a time: each has a ledger of its own to be opened.
      for (const jobId of await jobFolders(root)) {
        const one = await find(jobId, stop)
        if (one !== undefined && isShown(one.job, options.days, Date.now())) found.push(one)
      }
      return found.toSorted((a, b) => byNewest(a.job, b.job)).map(lineOf)
    },
    forget: (jobId) => void seen.delete(jobId),
  }
}

type Look =
  | { readonly kind: 'at_work' | 'left'; readonly found: Found | undefined }
  | { readonly kind: 'closed'; readonly error: CliError } // Its folder cannot be opened now.

async function lookInto(root: string, jobId: JobId, world: World): Promise<Look> {
  try {
    await using system = await openLocalSystem(join(root, jobId), world.stop)
    const job = await readListed(system.ledger, jobId, world.stop)
    const found = job === undefined ? undefined : await withProgress(system, job, world.stop)
    return { kind: system.isHost ? 'left' : 'at_work', found }
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    return { kind: 'closed', error }
  }
}

function lineOf({ job, progress }: Found): JobLine {
  const { jobId, createdAt } = job
  const created = createdAt === undefined ? {} : { createdAt }
  if ('error' in job) return { jobId, state: 'unreadable', reason: job.error.message, ...created }
  const { state, spec, plan, endedAt, retryOf } = job
  const waits = waitsReason(job, Math.floor(Date.now() / 1_000))
  return {
    jobId,
    state,
    ...created,
    endpoint: spec.endpoint.name,
    dataset: spec.dataset.uri,
    ...(plan === undefined ? {} : { rows: plan.rows, batches: plan.batches }),
    ...(progress && { recorded: progress.batches, failedRows: progress.failedRows }),
    ...(waits === undefined ? {} : { waits }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(retryOf === undefined ? {} : { retryOf: retryOf.jobId }),
  }
}
