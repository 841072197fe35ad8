import { type JobId, type JobState, limits, takesBatches } from '@millrace/job'

/** More than are planned at once. */
const JOBS_MAX = 16

/**
 * Tells a job's state for each batch that is published, at one read every two seconds. A job that is
 * not there counts as cancelled.
 *
 * Only a state that takes batches is kept. A job request is deleted on the word that its job is paused,
 * and on an old word the request that resumed the job would be lost.
 */
export function createStateCache(
  read: (jobId: JobId, signal: AbortSignal) => Promise<JobState | undefined>,
  now: () => number,
): (jobId: JobId, signal: AbortSignal) => Promise<JobState> {
  const entries = new Map<JobId, { readonly state: JobState; readonly readAt: number }>()

  return async (jobId, signal) => {
    const known = entries.get(jobId)
    if (
      known !== undefined &&
      now() - known.readAt < limits.jobFreshMs &&
      takesBatches(known.state)
    ) {
      return known.state
    }
    const readAt = now()
    const state = (await read(jobId, signal)) ?? 'cancelled'
    entries.delete(jobId)
    entries.set(jobId, { state, readAt })
    const [oldest] = entries.keys()
    if (entries.size > JOBS_MAX && oldest !== undefined) entries.delete(oldest)
    return state
  }
}
