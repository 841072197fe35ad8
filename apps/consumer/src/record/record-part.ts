import type { Batch, Job } from '@millrace/job'
import type { Part, PutPartOutcome } from '@millrace/ledger'
import type { Meter } from '../meter.ts'
import type { Scored } from '../score/scored.ts'

/** Whose part holds, and how many of its rows failed. */
export type PutPart = { readonly kind: 'recorded' | 'duplicate'; readonly failedRows: number }

export interface Deps {
  /** Writes the part unless there is one; waits while ledger or store are away. */
  put(job: Job, part: Part, signal: AbortSignal): Promise<PutPartOutcome>
  /** Counts what is used of AWS. Without one parts do not tell. */
  readonly meter?: Pick<Meter, 'take' | 'giveBack' | 'recorded'> | undefined
  /** Seconds since the epoch. */
  now(): number
}

/**
 * Writes the answer to a batch as its part, unless there is one, with what was used since the part before it.
 * A part that does not get into the ledger gives that back: it is not lost, and is not told twice.
 */
export async function recordPart(
  deps: Deps,
  job: Job,
  batch: Batch,
  attempt: number,
  scored: Scored,
  signal: AbortSignal,
): Promise<PutPart> {
  const spent = deps.meter?.take()
  const part: Part = {
    jobId: job.jobId,
    batch: batch.batch,
    rows: batch.rows,
    attempt,
    recordedAt: deps.now(),
    ...(job.expiresAt === undefined ? {} : { expiresAt: job.expiresAt }),
    ...(spent === undefined ? {} : { spent: { ...spent } }),
    ...scored,
  }
  const put = await deps.put(job, part, signal).catch((error: unknown) => {
    if (spent !== undefined) deps.meter?.giveBack(spent)
    throw error
  })
  if (put.kind === 'recorded') deps.meter?.recorded()
  else if (spent !== undefined) deps.meter?.giveBack(spent)
  const held = put.kind === 'duplicate' ? put.part : part
  return { kind: put.kind, failedRows: held.failures.length }
}
