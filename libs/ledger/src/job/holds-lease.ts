import { jobOfItem } from './job-item.ts'
import type { Lease } from './lease.ts'
import { readJobItem } from './read-job.ts'
import type { Ledger } from '../table/ledger.ts'

/**
 * True while nobody else has claimed the job and it has not ended, by a strongly consistent read: that costs a
 * fraction of a renewal, and holds the lease no longer.
 */
export async function holdsLease(
  ledger: Ledger,
  { jobId, generation }: Lease,
  signal: AbortSignal,
): Promise<boolean> {
  const item = await readJobItem(ledger, jobId, signal)
  if (item === undefined || jobOfItem(item).state !== 'aggregating') return false
  return item['generation']?.N === String(generation)
}
