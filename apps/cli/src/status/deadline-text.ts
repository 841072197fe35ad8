import { deadlineOf, isFinal, type Job } from '@millrace/job'
import { duration } from '../show/screen.ts'
import { when } from '../show/when.ts'

/**
 * When the job is to have ended, and whether it will have, by the batches that are recorded; nothing where it may take
 * as long as it likes.
 *
 * @param now in seconds since the epoch.
 */
export function deadlineText(job: Job, batches: number, now: number): string | undefined {
  const deadline = deadlineOf(job)
  if (deadline === undefined) return undefined
  const standing = standingOf(job, batches, now, deadline)
  return standing === undefined ? when(deadline) : `${when(deadline)}, ${standing}`
}

/** Nothing of a job that has no result. */
function standingOf(job: Job, batches: number, now: number, deadline: number): string | undefined {
  if (isFinal(job.state)) {
    if (!job.state.startsWith('succeeded')) return undefined
    const spare = deadline - (job.endedAt ?? now)
    return spare < 0 ? `missed by ${duration(-spare)}` : `kept with ${duration(spare)} to spare`
  }
  if (now >= deadline) return `late by ${duration(now - deadline)}`
  const left = `${duration(deadline - now)} left`
  const end = expectedEnd(job, batches, now)
  if (end === undefined) return left
  return end > deadline
    ? `${left}; by the mean until now it will be late by ${duration(end - deadline)}`
    : `${left}; by the mean until now it will have ended by ${when(end)}`
}

/** By the mean since it was made; the aggregator goes by the last quarter of an hour. */
function expectedEnd(
  { plan, createdAt, state }: Job,
  batches: number,
  now: number,
): number | undefined {
  if (plan === undefined || batches === 0 || state === 'paused') return undefined
  return Math.ceil(now + ((plan.batches - batches) * Math.max(1, now - createdAt)) / batches)
}
