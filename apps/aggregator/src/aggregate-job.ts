import type { Job, JobFailure, JobId, JobState } from '@millrace/job'
import { OvertakenError } from './fence.ts'

/** What became of one look at a job, and so what happens to its completion message. */
export type AggregateOutcome =
  | {
      readonly kind: 'finished'
      readonly state: 'succeeded' | 'succeeded_with_failures'
      readonly summary: ResultSummary
    }
  | { readonly kind: 'not_ready' } // Batches are missing: the last of them asks again.
  | { readonly kind: 'ended' } // It has its result, or never will.
  | { readonly kind: 'held' } // Another aggregator is on it: look again when its lease has run out.
  | { readonly kind: 'unknown' } // There is no such job.
  | { readonly kind: 'lost' } // Our lease ran out and another took over.
  | { readonly kind: 'failed'; readonly failure: JobFailure } // There is no result, and trying again cannot mend it.

/** The counts that a finished job is known by. */
export interface ResultSummary {
  readonly rows: number
  readonly failedRows: number
  readonly resultUri: string
  readonly manifestUri: string
}

/** A claim on a job: until it expires, nobody else finishes it. */
export interface Lease {
  readonly jobId: JobId
  readonly owner: string
  readonly generation: number
}

export type Claim =
  | {
      readonly kind: 'claimed'
      readonly job: Job
      readonly lease: Lease
      /** More rows have failed than the job tolerates: it ends so, without a result. */
      readonly failure?: JobFailure
    }
  | { readonly kind: 'held' | 'ended' | 'not_ready' | 'unknown' }

export interface Deps {
  /** Claims the job when each of its batches is recorded. */
  claim(jobId: JobId, signal: AbortSignal): Promise<Claim>
  /** Runs `work` while the lease is renewed; its signal aborts when the lease is lost. */
  keepLease<T>(
    lease: Lease,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T>
  /** Accounts for each row and writes result, errors and manifest; nothing is visible before it balances. */
  writeResult(held: { job: Job; lease: Lease }, signal: AbortSignal): Promise<ResultSummary>
  /** The failure that `error` means for the job, when trying again cannot mend it. */
  failureOf(error: unknown): JobFailure | undefined
  /** Ends the job; false when the lease was lost before. */
  finish(
    lease: Lease,
    state: JobState,
    facts: { summary?: ResultSummary; failure?: JobFailure },
    signal: AbortSignal,
  ): Promise<boolean>
}

/**
 * Turns a job whose batches are all recorded into its result.
 *
 * Whoever holds the lease writes; whoever lost it may still be writing for a moment, but writes the
 * same rows under the same names, and cannot end the job: the last step is conditional on the
 * lease's generation. So it may die at any await, and the next attempt ends with the same result.
 * Before each file becomes visible the lease is looked at, for once the job has ended a retry of it may
 * write under these names.
 */
export async function aggregateJob(
  deps: Deps,
  jobId: JobId,
  signal: AbortSignal,
): Promise<AggregateOutcome> {
  const claim = await deps.claim(jobId, signal)
  if (claim.kind !== 'claimed') return { kind: claim.kind }
  const { job, lease, failure: intolerable } = claim

  const fail = async (failure: JobFailure, held: AbortSignal): Promise<AggregateOutcome> => {
    const finished = await deps.finish(lease, 'failed', { failure }, held)
    return finished ? { kind: 'failed', failure } : { kind: 'lost' }
  }
  return await deps.keepLease<AggregateOutcome>(lease, signal, async (held) => {
    try {
      if (intolerable !== undefined) return await fail(intolerable, held)
      const summary = await deps.writeResult({ job, lease }, held)
      const state = summary.failedRows === 0 ? 'succeeded' : 'succeeded_with_failures'
      const finished = await deps.finish(lease, state, { summary }, held)
      return finished ? { kind: 'finished', state, summary } : { kind: 'lost' }
    } catch (error) {
      // Work that was stopped says nothing about the job.
      signal.throwIfAborted()
      if (held.aborted || error instanceof OvertakenError) return { kind: 'lost' }
      const failure = deps.failureOf(error)
      if (failure === undefined) throw error
      return await fail(failure, held)
    }
  })
}
