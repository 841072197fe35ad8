import type { JobId } from '@millrace/job'

/** How long jobs wait for an endpoint that is not there, from the first time that this process saw it. */
export interface Patience {
  /** Milliseconds that the job may still wait; nothing or less when it has waited enough. */
  leftMs(jobId: JobId): number
  /** Its endpoint has answered. */
  ends(jobId: JobId): void
}

/** What was not asked for so long is not what waits now: it was paused, say. */
const FORGOTTEN_MS = 15 * 60_000
const JOBS_MAX = 1_000

/** @param now Milliseconds from any origin. */
export function createPatience(patienceMs: number, now: () => number): Patience {
  const waits = new Map<JobId, { readonly since: number; readonly seenAt: number }>()
  return {
    leftMs(jobId) {
      const at = now()
      const known = waits.get(jobId)
      const since = known !== undefined && at - known.seenAt < FORGOTTEN_MS ? known.since : at
      waits.delete(jobId)
      waits.set(jobId, { since, seenAt: at })
      const [oldest] = waits.keys()
      if (waits.size > JOBS_MAX && oldest !== undefined) waits.delete(oldest)
      return since + patienceMs - at
    },
    ends: (jobId) => void waits.delete(jobId),
  }
}
