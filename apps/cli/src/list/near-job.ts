import { nearest } from '@millrace/csv'
import type { JobId } from '@millrace/job'
import type { System } from '../system/system.ts'
import { jobsOfStack } from './read-jobs.ts'

/** A name that is mistyped is one that was seen lately. */
const DAYS = 7

/**
 * The job of a stack that may be meant by a name which it has not: the newest whose name begins so, or the one that is
 * written most like it; nothing where none is alike.
 */
export async function nearJob(
  system: Pick<System, 'ledger'>,
  missing: JobId,
  signal: AbortSignal,
): Promise<string | undefined> {
  const jobs = await jobsOfStack(system, DAYS, signal)
  const names = jobs.map(({ jobId }) => jobId)
  return names.find((name) => name.startsWith(missing)) ?? nearest(missing, names)
}
