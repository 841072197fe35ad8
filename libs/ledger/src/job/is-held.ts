import type { JobId } from '@millrace/job'
import type { Ledger } from '../table/ledger.ts'
import { isLeased } from './claim-job.ts'
import { readJobItem } from './read-job.ts'

/**
 * True while somebody's claim on the job holds: its result is being written, by a strongly consistent read.
 *
 * @param now in seconds since the epoch, held against the holder's clock as a claim is.
 */
export async function isHeld(
  ledger: Ledger,
  jobId: JobId,
  { now }: { readonly now: number },
  signal: AbortSignal,
): Promise<boolean> {
  const item = await readJobItem(ledger, jobId, signal)
  return item !== undefined && isLeased(item, now)
}
