import { join } from 'node:path'
import { isFinal, type Job, type JobId } from '@millrace/job'
import { type Ledger, LedgerError, listJobs, readJob, type UnreadableJob } from '@millrace/ledger'
import { CliError } from '../cli-error.ts'
import { openLocalSystem } from '../system/local-system.ts'
import type { System } from '../system/system.ts'
import type { World } from '../world.ts'

/** One whose record or whose folder cannot be read. */
export interface Unreadable extends Omit<UnreadableJob, 'error'> {
  readonly error: Error
}

/** A job as it was found: one that cannot be read costs the others nothing. */
export type Listed = Job | Unreadable

/** The jobs of a stack that have not ended, and those created within so many days; the newest first. */
export async function jobsOfStack(
  { ledger }: Pick<System, 'ledger'>,
  days: number,
  signal: AbortSignal,
): Promise<Listed[]> {
  const found = new Map<string, Listed>()
  const add = (job: Listed): void => void found.set(job.jobId, job)
  const now = Date.now()
  // So many days back from now, and not from midnight: the first of them is one more.
  const wanted = [{ active: true } as const, ...lastDays(days + 1, now).map((day) => ({ day }))]
  for (const which of wanted) {
    for await (const job of listJobs(ledger, which, add, signal)) add(job)
  }
  return [...found.values()].filter((job) => isShown(job, days, now)).toSorted(byNewest)
}

/** UTC days, today first. */
function lastDays(days: number, now: number): string[] {
  return Array.from({ length: days }, (_, back) =>
    new Date(now - back * DAY_SECONDS * 1_000).toISOString().slice(0, 10),
  )
}

const DAY_SECONDS = 24 * 60 * 60

/** The order in which jobs are shown. */
export const byNewest = (a: Listed, b: Listed): number => (b.createdAt ?? 0) - (a.createdAt ?? 0)

/** Whether a job of a folder is shown: created within so many days, or not ended. */
export function isShown(job: Listed, days: number, nowMs: number): boolean {
  if ('error' in job || !isFinal(job.state)) return true
  return job.createdAt >= nowMs / 1_000 - days * DAY_SECONDS
}

/**
 * Opens the system of a local job for `read`. What cannot be opened, as the state of another version, is told
 * beside the other jobs; nothing then.
 */
export async function ofFolder<Answer>(
  root: string,
  jobId: JobId,
  read: (system: System) => Promise<Answer>,
  world: World,
): Promise<Answer | undefined> {
  try {
    await using system = await openLocalSystem(join(root, jobId), world.stop)
    return await read(system)
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    world.stderr.write(`${jobId}: not listed: ${error.message}\n`)
    return undefined
  }
}

/** Nothing where there is no such job. */
export async function readListed(
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
