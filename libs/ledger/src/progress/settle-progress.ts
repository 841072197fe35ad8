import type { Job, PlanTotals } from '@millrace/job'
import { settle } from './climb-progress.ts'
import type { Ledger } from '../table/ledger.ts'
import { FAN_OUT } from './progress-tree.ts'

/**
 * Says whether every batch of a job is done. The producer calls it once it has sealed the plan:
 * marks made before could not know that they were the last. Repeating it is harmless.
 */
export async function settleProgress(
  ledger: Ledger,
  job: Pick<Job, 'jobId' | 'expiresAt'>,
  totals: PlanTotals,
  signal: AbortSignal,
): Promise<{ readonly full: boolean }> {
  return await settle(ledger, job, totals, FAN_OUT, signal)
}
