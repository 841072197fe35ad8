import type { JobId, PlanTotals } from '@millrace/job'
import { type ClimbingJob, climbProgress } from './climb-progress.ts'
import { createGroupCommit } from './group-commit.ts'
import type { Ledger } from '../table/ledger.ts'
import { FAN_OUT, itemOf } from './progress-tree.ts'

export interface ProgressMarker {
  /**
   * Marks a batch, whose part is recorded, as done. `full` when it was the job's last, and maybe to
   * another caller too. `failedRows` are those of the part that holds, which a duplicate returns.
   * Repeating a mark is harmless; one whose outcome is not known must be repeated.
   */
  mark(
    job: ClimbingJob,
    batch: number,
    failedRows: number,
    signal: AbortSignal,
  ): Promise<{ readonly full: boolean }>
}

/** Jobs whose totals are remembered; they never change once they are known. */
const PLANS_MAX = 1_024

/**
 * Makes the marker of one process. Marks that meet while an item is being written go together in
 * its next write, so an item is never contended for from within, and a burst costs few writes.
 */
export function createProgressMarker(ledger: Ledger, fanOut: number = FAN_OUT): ProgressMarker {
  const plans = new Map<JobId, PlanTotals>()
  const groups = createGroupCommit<Marking, boolean>(async (markings, signal) => {
    const [{ job, batch }] = markings
    const plan = markings.find((marking) => marking.job.plan !== undefined)?.job.plan
    const known = plan ?? plans.get(job.jobId)
    const marks = markings.map((marking) => ({
      element: marking.batch,
      failedRows: marking.failedRows,
    }))
    const climbed = await climbProgress(
      ledger,
      { ...expiring(job), ...(known === undefined ? {} : { plan: known }) },
      itemOf(batch, fanOut),
      marks,
      fanOut,
      signal,
    )
    if (climbed.plan !== undefined) remember(plans, job.jobId, climbed.plan)
    return climbed.full
  })
  return {
    async mark(job, batch, failedRows, signal) {
      const item = `${job.jobId} ${itemOf(batch, fanOut)}`
      return { full: await groups.add(item, { job, batch, failedRows }, signal) }
    },
  }
}

const expiring = ({ jobId, expiresAt }: ClimbingJob): ClimbingJob =>
  expiresAt === undefined ? { jobId } : { jobId, expiresAt }

interface Marking {
  readonly job: ClimbingJob
  readonly batch: number
  readonly failedRows: number
}

function remember(plans: Map<JobId, PlanTotals>, jobId: JobId, plan: PlanTotals): void {
  if (plans.has(jobId)) return
  const [oldest] = plans.keys()
  if (plans.size >= PLANS_MAX && oldest !== undefined) plans.delete(oldest)
  plans.set(jobId, plan)
}
