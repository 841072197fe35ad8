import { limits } from '@millrace/job'
import { number } from './job-item.ts'
import type { Lease } from './lease.ts'
import type { Ledger } from '../table/ledger.ts'
import { updateJob } from './update-job.ts'

/** Holds a lease `limits.leaseSeconds` from `now`; false when it was lost: stop the work. */
export async function renewLease(
  ledger: Ledger,
  lease: Lease,
  { now }: { readonly now: number },
  signal: AbortSignal,
): Promise<boolean> {
  return await updateJob(
    ledger,
    lease.jobId,
    {
      verb: 'renew lease',
      update: 'SET leaseExpiresAt = :expiry',
      condition: '#state = :aggregating AND generation = :generation',
      values: {
        ':aggregating': { S: 'aggregating' },
        ':expiry': number(now + limits.leaseSeconds),
        ':generation': number(lease.generation),
      },
    },
    signal,
  )
}
