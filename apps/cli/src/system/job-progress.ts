import type { JobId } from '@millrace/job'
import { readProgress } from '@millrace/ledger'
import type { System } from './system.ts'

/** How far a job is, by what the ledger has recorded. */
export interface JobProgress {
  readonly batches: number
  readonly failedRows: number
  /** All batches before this one are recorded. */
  readonly firstMissing: number
}

export async function jobProgress(
  { ledger }: Pick<System, 'ledger'>,
  jobId: JobId,
  signal: AbortSignal,
): Promise<JobProgress> {
  const { done, failedRows } = await readProgress(ledger, jobId, signal)
  return { batches: done.size, failedRows, firstMissing: done.firstMissing() }
}
