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
  return `${when(deadline)}, ${standingOf(job, batches, now, deadline)}`
}

function standingOf(job: Job, batches: number, now: number, deadline: number): string {
  if (isFinal(job.state)) {
    const spare = deadline - (job.endedAt ?? now)
    return spare < 0 ? `missed by ${duration(-spare)}` : `kept with ${duration(spare)} to spare`
  }
  if (now >= deadline) return `late by ${duration(now - deadline)}`
  const left = `${duration(deadline - now)} left`
  const end = expectedEnd(job, batches, now)
  if (end === undefined) return left
  return end > deadline
    ? `${left}; at the pace until now it will be late by ${duration(end - deadline)}`
    : `${left}; at the pace until now it will have ended by ${when(end)}`
}

/** By the mean over the time since its start: whoever has looked longer knows better. */
function expectedEnd(
  { plan, startedAt, state }: Job,
  batches: number,
  now: number,
): number | undefined {
  if (plan === undefined || startedAt === undefined || batches === 0 || now <= startedAt) {
    return undefined
  }
  if (state === 'paused') return undefined
  return Math.ceil(now + ((plan.batches - batches) * (now - startedAt)) / batches)
}
