import type { Job, PlanTotals } from '@millrace/job'
import { addProgress, type ProgressMark, sizeOfProgress } from './add-progress.ts'
import type { Ledger } from '../table/ledger.ts'
import { readTotals } from './read-totals.ts'
import { fullSize, itemOf, lastItem, rootLevel, treeOf } from './progress-tree.ts'

/*
 * When is a job's last batch done? A mark adds its element and looks at the size of the set it then
 * has: full, it goes up. The plan may be sealed at any moment between, and then a last item is full
 * with fewer elements, or the root is a lower level than was thought. Two orders are possible:
 *
 *     mark:     add ─────────▶ read totals         settle:  seal ─────────▶ read sizes
 *
 * A mark that finds no totals has added before the seal, so the producer, which settles after it
 * has sealed, sees the element. A mark that added after the producer has looked finds the totals.
 * Either way somebody finds the root full; both may, and a completion told twice is harmless.
 */

/** The totals as the caller knows them, or a way to ask for them. */
export interface ClimbingJob {
  readonly jobId: Job['jobId']
  readonly plan?: PlanTotals
  readonly expiresAt?: number
}

/**
 * Adds the marks of one level-0 item and goes up as long as items are full.
 *
 * @returns the totals where they became known, and whether the whole job is done.
 */
export async function climbProgress(
  ledger: Ledger,
  job: ClimbingJob,
  item: number,
  marks: readonly ProgressMark[],
  fanOut: number,
  signal: AbortSignal,
): Promise<{ readonly full: boolean; readonly plan: PlanTotals | undefined }> {
  const { jobId, expiresAt } = job
  let plan = job.plan
  let level = 0
  let at = item
  let adding = marks
  for (;;) {
    const size = await addProgress(ledger, { jobId, level, item: at, expiresAt }, adding, signal)
    if (plan === undefined && size < fanOut) {
      plan = await readTotals(ledger, jobId, signal)
      if (plan === undefined) return { full: false, plan }
    }
    if (plan !== undefined) {
      const tree = treeOf(plan, fanOut)
      // Above the root: only a full root led here, before the totals were known.
      if (level > rootLevel(tree)) return { full: true, plan }
      if (size < fullSize(tree, level, at)) return { full: false, plan }
      if (level === rootLevel(tree)) return { full: true, plan }
    }
    adding = [{ element: at, failedRows: 0 }]
    at = itemOf(at, fanOut)
    level += 1
  }
}

/** Looks at the last item of each level, the only ones that full sets alone do not carry upwards. */
export async function settle(
  ledger: Ledger,
  { jobId, expiresAt }: Pick<Job, 'jobId' | 'expiresAt'>,
  totals: PlanTotals,
  fanOut: number,
  signal: AbortSignal,
): Promise<{ readonly full: boolean }> {
  const tree = treeOf(totals, fanOut)
  if (totals.batches === 0) return { full: true }
  for (let level = 0; ; level += 1) {
    const item = lastItem(tree, level)
    const wanted = fullSize(tree, level, item)
    const isRoot = level === rootLevel(tree)
    if (wanted < fanOut || isRoot) {
      const size = await sizeOfProgress(ledger, { jobId, level, item }, signal)
      if (size < wanted) return { full: false }
    }
    if (isRoot) return { full: true }
    if (wanted < fanOut) {
      const above = { jobId, level: level + 1, item: itemOf(item, fanOut), expiresAt }
      await addProgress(ledger, above, [{ element: item, failedRows: 0 }], signal)
    }
  }
}
