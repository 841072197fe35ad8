import type { JobId } from '@millrace/job'

/** How long jobs wait for an endpoint that is not there, from the first time that this process saw it. */
export interface Patience {
  /** Called when the endpoint is not there: milliseconds that the job may still wait; 0 or less when it has waited enough. */
  leftMs(jobId: JobId): number
  /** The endpoint has answered something that the job has asked. */
  answered(jobId: JobId): void
  /** Whether it has done so lately. */
  isAnswered(jobId: JobId): boolean
}

/** What was not asked for so long is not what waits now: it was paused, say. */
const FORGOTTEN_MS = 15 * 60_000
/**
 * An answer ends a wait whose last fault is so long ago, and not one that goes on beside it: a preflight asks
 * several things, of which the endpoint may answer one again and again, and another never.
 */
const OVER_MS = 60_000
/** One turn of asking. */
const LATELY_MS = 20_000
const JOBS_MAX = 1_000

/** @param now Milliseconds from any origin. */
export function createPatience(patienceMs: number, now: () => number): Patience {
  const waits = new Map<JobId, { readonly since: number; readonly seenAt: number }>()
  const answers = new Map<JobId, number>()
  return {
    leftMs(jobId) {
      const at = now()
      const known = waits.get(jobId)
      const since = known !== undefined && at - known.seenAt < FORGOTTEN_MS ? known.since : at
      remember(waits, jobId, { since, seenAt: at })
      return since + patienceMs - at
    },
    answered(jobId) {
      remember(answers, jobId, now())
      const seenAt = waits.get(jobId)?.seenAt
      if (seenAt !== undefined && now() - seenAt > OVER_MS) waits.delete(jobId)
    },
    isAnswered(jobId) {
      const at = answers.get(jobId)
      return at !== undefined && now() - at <= LATELY_MS
    },
  }
}

/** Sets it, and forgets the job that was set longest ago when there are too many. */
function remember<T>(jobs: Map<JobId, T>, jobId: JobId, value: T): void {
  jobs.delete(jobId)
  jobs.set(jobId, value)
  const [oldest] = jobs.keys()
  if (jobs.size > JOBS_MAX && oldest !== undefined) jobs.delete(oldest)
}
