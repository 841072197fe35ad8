import type { Batch, BatchMessage, Job, PinnedDataset, RowFailure } from '@millrace/job'
import { isFinal, takesBatches } from '@millrace/job'

/** What became of one attempt, and so what happens to its message. */
export type Outcome =
  | { readonly kind: 'recorded'; readonly part: PartFacts } // Delete the message.
  | { readonly kind: 'duplicate' } // Another attempt recorded this batch: delete the message.
  | { readonly kind: 'stale' } // The job has ended: delete the message.
  | { readonly kind: 'postponed'; readonly reason: string } // Not the batch's fault: give it back uncharged.
  | { readonly kind: 'released'; readonly reason: Error } // Give it back for another attempt.
  | { readonly kind: 'rejected'; readonly reason: string } // No such batch: set the message aside.
  | { readonly kind: 'job_failed'; readonly reason: Error } // The job ended by this: delete the message.

/** The predictions of a batch: `rows` lines, an empty one for each row that failed. */
export interface Scored {
  readonly predictions: Buffer
  readonly failures: readonly RowFailure[]
  readonly inputHash: string
  readonly invocations: number
  readonly throttles: number
  readonly durationMs: number
  readonly variant?: string
}

export interface PartFacts {
  readonly rows: number
  readonly failedRows: number
  readonly invocations: number
  readonly throttles: number
  readonly durationMs: number
}

/** A job with what its batches need, as the consumer keeps it in memory. */
export interface OpenJob {
  readonly job: Job
  readonly dataset: PinnedDataset
}

export interface Deps {
  openJob(message: BatchMessage): Promise<OpenJob | undefined>
  /** The batch as the plan has it; undefined when the plan knows none of this number. */
  planned(job: Job, batch: number): Promise<Batch | undefined>
  /** How many rows of a batch that is already recorded failed; undefined when it is not recorded. */
  recorded(job: Job, batch: number, signal: AbortSignal): Promise<number | undefined>
  /** Reads, checks and invokes. Every row comes back as predicted or failed. */
  score(open: OpenJob, batch: Batch, attempt: number, signal: AbortSignal): Promise<Scored>
  /** Writes the part unless there is one; gives back how many rows of the part that holds failed. */
  putPart(
    job: Job,
    batch: Batch,
    attempt: number,
    scored: Scored,
    signal: AbortSignal,
  ): Promise<PutPart>
  /** Marks the batch as recorded; true when it was the job's last. */
  mark(job: Job, batch: number, failedRows: number, signal: AbortSignal): Promise<boolean>
  publishCompletion(job: Job, signal: AbortSignal): Promise<void>
  failJob(job: Job, reason: Error, signal: AbortSignal): Promise<void>
  verdict(error: unknown): Verdict
}

export type PutPart = { readonly kind: 'recorded' | 'duplicate'; readonly failedRows: number }

/** What an error means for the message and the job. */
export type Verdict = 'release' | 'postpone' | 'fail_job'

/**
 * Answers one batch: bytes in, predictions out, recorded, marked, in that order.
 *
 *     read ─▶ score ─▶ put part ─▶ mark progress ─▶ (publish completion) ─▶ delete message
 *
 * The part is written before the mark because a mark promises that its part exists, and the message
 * is deleted last; so a crash between any two steps costs at most one repeated invocation. Each step
 * may be repeated: the first part written stays, and a mark is an element of a set.
 */
export async function processBatch(
  deps: Deps,
  message: BatchMessage,
  attempt: number,
  signal: AbortSignal,
): Promise<Outcome> {
  const open = await deps.openJob(message)
  if (open === undefined) return { kind: 'rejected', reason: `job ${message.jobId} is unknown` }
  const { job } = open
  if (isFinal(job.state) || job.state === 'aggregating') return { kind: 'stale' }
  if (!takesBatches(job.state)) return { kind: 'postponed', reason: `job is ${job.state}` }
  try {
    return await recordBatch(deps, open, message, attempt, signal)
  } catch (error) {
    return await judge(deps, job, error, signal)
  }
}

async function recordBatch(
  deps: Deps,
  open: OpenJob,
  message: BatchMessage,
  attempt: number,
  signal: AbortSignal,
): Promise<Outcome> {
  const { job } = open
  const batch = await deps.planned(job, message.batch)
  if (batch === undefined || !sameRanges(batch, message)) {
    return {
      kind: 'rejected',
      reason: `batch ${message.batch} is not as job ${job.jobId} planned it`,
    }
  }
  // A first delivery is hardly ever a repetition; asking the ledger each time would cost a read.
  const earlier = attempt > 1 ? await deps.recorded(job, batch.batch, signal) : undefined
  if (earlier !== undefined)
    return await finish(deps, job, batch, earlier, { kind: 'duplicate' }, signal)

  const scored = await deps.score(open, batch, attempt, signal)
  const put = await deps.putPart(job, batch, attempt, scored, signal)
  const outcome: Outcome =
    put.kind === 'duplicate'
      ? { kind: 'duplicate' }
      : { kind: 'recorded', part: factsOf(batch, scored) }
  return await finish(deps, job, batch, put.failedRows, outcome, signal)
}

async function finish(
  deps: Deps,
  job: Job,
  batch: Batch,
  failedRows: number,
  outcome: Outcome,
  signal: AbortSignal,
): Promise<Outcome> {
  if (await deps.mark(job, batch.batch, failedRows, signal))
    await deps.publishCompletion(job, signal)
  return outcome
}

async function judge(deps: Deps, job: Job, error: unknown, signal: AbortSignal): Promise<Outcome> {
  // Aborted work is nobody's fault: the job must not fail because its consumer stopped.
  signal.throwIfAborted()
  const reason = error instanceof Error ? error : new Error(String(error))
  const verdict = deps.verdict(error)
  switch (verdict) {
    case 'release':
      return { kind: 'released', reason }
    case 'postpone':
      return { kind: 'postponed', reason: reason.message }
    case 'fail_job':
      await deps.failJob(job, reason, signal)
      return { kind: 'job_failed', reason }
    default:
      return verdict satisfies never
  }
}

const sameRanges = (planned: Batch, message: BatchMessage): boolean =>
  planned.rows.start === message.rows.start &&
  planned.rows.end === message.rows.end &&
  planned.bytes.start === message.bytes.start &&
  planned.bytes.end === message.bytes.end &&
  planned.object === message.object

const factsOf = (batch: Batch, scored: Scored): PartFacts => ({
  rows: batch.rows.end - batch.rows.start,
  failedRows: scored.failures.length,
  invocations: scored.invocations,
  throttles: scored.throttles,
  durationMs: scored.durationMs,
})
