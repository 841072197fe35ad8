import { randomUUID } from 'node:crypto'
import { isFinal, type Job, type JobId, type JobState, limits } from '@millrace/job'
import { type Item, ItemReader } from '../table/item.ts'
import { jobOfItem, number } from './job-item.ts'
import type { Lease } from './lease.ts'
import type { Ledger } from '../table/ledger.ts'
import { readJobItem } from './read-job.ts'
import { updateJob } from './update-job.ts'

/*
 * A lease is four attributes of the job: who (`leaseOwner`), which claim (`leaseId`, never used
 * twice), until when (`leaseExpiresAt`) and its number (`generation`).
 *
 *     running ──claim──▶ aggregating, generation 1 ──finish──▶ succeeded, …
 *                            │      ▲
 *                            └──────┘ claim by anybody once the lease has expired: generation + 1
 *
 * Two clocks are compared: the holder's, which set the expiry, and the claimer's. A claimer whose
 * clock is ahead takes over early; then two write, the same bytes under the same names, and only
 * the later generation can finish. So clocks cost work, never correctness.
 */

export type ClaimOutcome =
  | { readonly kind: 'claimed'; readonly job: Job; readonly lease: Lease }
  | { readonly kind: 'held' } // Somebody's lease has not expired.
  | { readonly kind: 'ended'; readonly state: JobState }
  | { readonly kind: 'not_ready' } // It is still planned, or paused.
  | { readonly kind: 'unknown' }

/**
 * Claims a job for aggregation, or takes it over from an owner whose lease has expired.
 *
 * @param now in seconds since the epoch; the lease expires `limits.leaseSeconds` later.
 */
export async function claimJob(
  ledger: Ledger,
  jobId: JobId,
  claimer: { readonly owner: string; readonly now: number },
  signal: AbortSignal,
): Promise<ClaimOutcome> {
  const item = await readJobItem(ledger, jobId, signal)
  if (item === undefined) return { kind: 'unknown' }
  const job = jobOfItem(item)
  const refusal = refusalOf(job.state, item, claimer.now)
  if (refusal !== undefined) return refusal

  const held = leaseOf(item)
  const lease: Lease = { jobId, owner: claimer.owner, generation: held.generation + 1 }
  const leaseId = randomUUID()
  const claimed =
    (await writeClaim(ledger, lease, leaseId, held.generation, claimer.now, signal)) ||
    (await isOurs(ledger, jobId, leaseId, signal))
  if (!claimed) return { kind: 'held' }
  return { kind: 'claimed', job: { ...job, state: 'aggregating' }, lease }
}

function refusalOf(state: JobState, item: Item, now: number): ClaimOutcome | undefined {
  if (isFinal(state)) return { kind: 'ended', state }
  if (state === 'planning' || state === 'paused') return { kind: 'not_ready' }
  if (isLeased(item, now)) return { kind: 'held' }
  return undefined
}

/** True while the job of this `META` item is claimed, and the claim has not expired. */
export const isLeased = (item: Item, now: number): boolean =>
  jobOfItem(item).state === 'aggregating' && now < leaseOf(item).expiresAt

/** A job that was never claimed is at generation 0. */
function leaseOf(item: Item): { readonly generation: number; readonly expiresAt: number } {
  const read = new ItemReader(`lease of ${item['PK']?.S ?? ''}`, item)
  if (!read.has('generation')) return { generation: 0, expiresAt: 0 }
  return { generation: read.number('generation'), expiresAt: read.number('leaseExpiresAt') }
}

async function writeClaim(
  ledger: Ledger,
  { jobId, owner, generation }: Lease,
  leaseId: string,
  before: number,
  now: number,
  signal: AbortSignal,
): Promise<boolean> {
  const sameGeneration = before === 0 ? 'attribute_not_exists(generation)' : 'generation = :before'
  return await updateJob(
    ledger,
    jobId,
    {
      verb: 'claim',
      update:
        'SET #state = :aggregating, leaseOwner = :owner, leaseId = :id, ' +
        'leaseExpiresAt = :expiry, generation = :generation',
      condition: `#state IN (:running, :aggregating) AND ${sameGeneration}`,
      values: {
        ':running': { S: 'running' },
        ':aggregating': { S: 'aggregating' },
        ':owner': { S: owner },
        ':id': { S: leaseId },
        ':expiry': number(now + limits.leaseSeconds),
        ':generation': number(generation),
        ...(before === 0 ? {} : { ':before': number(before) }),
      },
    },
    signal,
  )
}

/** A refused claim may be a repetition of our own, whose response was lost. */
async function isOurs(
  ledger: Ledger,
  jobId: JobId,
  leaseId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const item = await readJobItem(ledger, jobId, signal)
  return item?.['leaseId']?.S === leaseId
}
