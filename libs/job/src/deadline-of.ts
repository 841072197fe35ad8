import { deadlineFrom } from './deadline.ts'
import type { Job } from './job.ts'

/** When the job is to have ended, in seconds since the epoch, if that was said. */
export function deadlineOf({
  spec,
  createdAt,
  adjusted,
}: Pick<Job, 'spec' | 'createdAt' | 'adjusted'>): number | undefined {
  if (adjusted?.deadline !== undefined) return adjusted.deadline
  return spec.deadline === undefined ? undefined : deadlineFrom(spec.deadline, createdAt)
}
