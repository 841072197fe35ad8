import {
  hasTolerance,
  type Job,
  type JobFailure,
  type JobId,
  toleranceExceeded,
} from '@millrace/job'

export interface Deps {
  /** The job as it was within the last seconds; nothing when it is gone. */
  job(jobId: JobId): Promise<Job | undefined>
  /** Failed rows of all batches recorded so far, by whomever. */
  failedRows(jobId: JobId): Promise<number>
  failJob(jobId: JobId, failure: JobFailure): Promise<void>
  onError(error: unknown, jobId: JobId): void
  /** Resolves after the time; never when the process is to end. */
  sleep(ms: number): Promise<void>
  now(): number
}

/** A batch was recorded, with so many failed rows: is its job still within its tolerance? Returns at once. */
export type ToleranceWatch = (job: Job, failedRows: number) => void

const EVERY_MS = 2_000
/** Counting reads every progress item; it may take this share of the time at most. */
const SHARE_OF_TIME = 1 / 20

/**
 * Ends jobs in which more rows failed than they tolerate, by what all consumers have recorded.
 *
 * The first failed row of a job is looked at once, then at most every two seconds, and never more
 * than a twentieth of the time: counting a job of a million batches reads megabytes. What fails in
 * between is looked at in the next look, and the aggregator counts exactly, at the end. A tolerance that
 * was adjusted is looked at as a failed row is: more may have failed by then.
 */
export function createToleranceWatch(deps: Deps): ToleranceWatch {
  /** Jobs that are watched, and whether a row has failed since the last look began. */
  const failing = new Map<JobId, boolean>()
  /** Tolerances that were adjusted, as far as they are known here. */
  const adjusted = new Map<JobId, string>()

  return (job, failedRows) => {
    const isAdjusted = sawAdjusted(job)
    if (!hasTolerance(job) || (failedRows === 0 && !isAdjusted)) return
    const watched = failing.has(job.jobId)
    failing.set(job.jobId, true)
    if (!watched) void watch(job.jobId)
  }

  /** True when the job's tolerance was adjusted since its batch before. */
  function sawAdjusted({ jobId, adjusted: { tolerance } = {} }: Job): boolean {
    if (tolerance === undefined) return false
    const now = JSON.stringify(tolerance)
    if (adjusted.get(jobId) === now) return false
    adjusted.set(jobId, now)
    return true
  }

  async function watch(jobId: JobId): Promise<void> {
    while (failing.get(jobId) === true) {
      failing.set(jobId, false)
      const startedAt = deps.now()
      const over = await look(jobId).catch((error: unknown) => {
        deps.onError(error, jobId)
        failing.set(jobId, true)
        return false
      })
      if (over) break
      await deps.sleep(Math.max(EVERY_MS, (deps.now() - startedAt) / SHARE_OF_TIME))
    }
    failing.delete(jobId)
  }

  async function look(jobId: JobId): Promise<boolean> {
    const failedRows = await deps.failedRows(jobId)
    // The job last: its tolerance may just have been raised.
    const job = await deps.job(jobId)
    const failure = job === undefined ? undefined : toleranceExceeded(job, failedRows)
    if (failure !== undefined) await deps.failJob(jobId, failure)
    return failure !== undefined
  }
}
