import type { JobId } from '@millrace/job'

/** How long jobs wait for an endpoint that is not there, from the first time that this process saw it. */
export interface Patience {
  /**
   * Called when the endpoint is not there: milliseconds that the job may still wait; 0 or less when it has waited enough.
   *
   * @param leastMs of what may take longer than the patience is.
   */
  leftMs(jobId: JobId, leastMs?: number): number
  /** The endpoint has answered something that the job has asked. */
  answered(jobId: JobId): void
}

/** What was not asked for so long is not what waits now: it was paused, say. */
const FORGOTTEN_MS = 15 * 60_000
/**
 * An answer ends a wait whose last fault is so long ago, and not one that goes on beside it: a preflight asks
 * several things, of which the endpoint may answer one again and again, and another never.
 */
const OVER_MS = 5 * 60_000
const JOBS_MAX = 1_000

/** @param now Milliseconds from any origin. */
export function createPatience(patienceMs: number, now: () => number): Patience {
  const waits = new Map<JobId, { readonly since: number; readonly seenAt: number }>()
  return {
    leftMs(jobId, leastMs = 0) {
      const at = now()
      const known = waits.get(jobId)
      const since = known !== undefined && at - known.seenAt < FORGOTTEN_MS ? known.since : at
      waits.delete(jobId)
      waits.set(jobId, { since, seenAt: at })
      const [oldest] = waits.keys()
      if (waits.size > JOBS_MAX && oldest !== undefined) waits.delete(oldest)
      return since + Math.max(patienceMs, leastMs) - at
    },
    answered(jobId) {
      const seenAt = waits.get(jobId)?.seenAt
      if (seenAt !== undefined && now() - seenAt > OVER_MS) waits.delete(jobId)
    },
  }
}
