import type { Batch, BatchMessage, Job, JobId, JobState } from '@millrace/job'
import { takesBatches } from '@millrace/job'
import { JobHaltedError } from './job/job-halted-error.ts'
import type { OpenJob } from './job/open-job.ts'
import type { PutPart } from './record/record-part.ts'
import type { Rejection } from './record/record-rejection.ts'
import { factsOf, type PartFacts, type Scored } from './score/scored.ts'

/** What became of one attempt, and so what happens to its message. */
export type Outcome =
  | { readonly kind: 'recorded'; readonly part: PartFacts } // Delete the message.
  | { readonly kind: 'duplicate' } // Another attempt recorded this batch: delete the message.
  | { readonly kind: 'stale' } // The job has ended: delete the message.
  | { readonly kind: 'withheld' } // The job is paused: delete the message, resuming publishes it anew.
  /** Not the batch's fault: give it back uncharged. A failed attempt is one by something else than its endpoint. */
  | { readonly kind: 'postponed'; readonly reason: string; readonly isFailed: boolean }
  | { readonly kind: 'released'; readonly reason: Error } // Give it back for another attempt.
  | ({ readonly kind: 'rejected' } & Rejection) // No such batch: set the message aside.
  | { readonly kind: 'job_failed'; readonly reason: Error } // The job ended by this: delete the message.

export interface Deps {
  /** The job as it was within the last seconds; undefined when there is none. */
  openJob(jobId: JobId): Promise<OpenJob | undefined>
  /** The job as it is now. */
  openJobNow(jobId: JobId): Promise<OpenJob | undefined>
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
  /** Keeps in the ledger why a message for a planned batch of the job was set aside. */
  recordRejection(
    job: Job,
    message: BatchMessage,
    rejection: Rejection,
    attempt: number,
    signal: AbortSignal,
  ): Promise<void>
  /** So many rows of a batch have failed: looks whether its job is still within its tolerance. Returns at once. */
  watchTolerance(job: Job, failedRows: number): void
  /** A batch of the job is given back undone. Returns at once. */
  noteWait(job: Job, reason: Error): void
  verdict(error: unknown, open: OpenJob, attempt: number): Verdict
}

/** What is known of a batch's delivery beside its message. */
export interface Delivery {
  /** From 1. */
  readonly attempt: number
  /** An earlier delivery, of this message or of another for the same batch, may have recorded it. */
  readonly repeated: boolean
}

/** What an error means for the message and the job; `wait` and `postpone` give it back uncharged. */
export type Verdict = 'release' | 'postpone' | 'wait' | 'fail_job'

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
  delivery: Delivery,
  signal: AbortSignal,
): Promise<Outcome> {
  const known = await deps.openJob(message.jobId)
  const isOn = known !== undefined && takesBatches(known.job.state)
  const open = isOn ? known : await deps.openJobNow(message.jobId)
  if (open === undefined) {
    return { kind: 'rejected', code: 'job_unknown', reason: `job ${message.jobId} is unknown` }
  }
  if (!takesBatches(open.job.state)) return letGo(open.job.state)
  try {
    return await recordBatch(deps, open, message, delivery, signal)
  } catch (error) {
    return await judge(deps, open, error, delivery, signal)
  }
}

/**
 * Of a job that takes no batches its messages are let go, not kept: the ledger knows what is missing,
 * and a paused job's queue would else be received, hidden and charged over and over, in the way of
 * the jobs that run. The state was read after the message was received, so no message is let go
 * that was published because the job had been resumed.
 */
const letGo = (state: JobState): Outcome => ({ kind: state === 'paused' ? 'withheld' : 'stale' })

async function recordBatch(
  deps: Deps,
  open: OpenJob,
  message: BatchMessage,
  { attempt, repeated }: Delivery,
  signal: AbortSignal,
): Promise<Outcome> {
  const { job } = open
  const batch = await deps.planned(job, message.batch)
  if (batch === undefined || !sameRanges(batch, message)) {
    const rejection = { code: 'batch_not_planned', reason: differenceOf(message, batch) } as const
    // Anybody may send any number: what the plan does not have is kept in the queue alone.
    if (batch !== undefined) {
      await deps.recordRejection(job, message, rejection, attempt, signal)
    }
    return { kind: 'rejected', ...rejection }
  }
  // A first delivery is hardly ever a repetition; asking the ledger each time would cost a read.
  const earlier = repeated ? await deps.recorded(job, batch.batch, signal) : undefined
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
  deps.watchTolerance(job, failedRows)
  return outcome
}

async function judge(
  deps: Deps,
  open: OpenJob,
  error: unknown,
  { attempt }: Delivery,
  signal: AbortSignal,
): Promise<Outcome> {
  // Aborted work is nobody's fault: the job must not fail because its consumer stopped.
  signal.throwIfAborted()
  if (error instanceof JobHaltedError) return letGo(error.state ?? 'cancelled')
  const reason = error instanceof Error ? error : new Error(String(error))
  const verdict = deps.verdict(error, open, attempt)
  switch (verdict) {
    case 'release':
      return { kind: 'released', reason }
    case 'postpone':
    case 'wait':
      deps.noteWait(open.job, reason)
      return { kind: 'postponed', reason: reason.message, isFailed: verdict === 'postpone' }
    case 'fail_job':
      await deps.failJob(open.job, reason, signal)
      return { kind: 'job_failed', reason }
    default:
      return verdict satisfies never
  }
}

/** What a message says, and what the plan has in its place. */
function differenceOf(message: BatchMessage, planned: Batch | undefined): string {
  const has = planned === undefined ? 'no such batch' : placeOf(planned)
  return `batch ${message.batch} of job ${message.jobId}: the message says ${placeOf(message)}, the plan has ${has}`
}

const placeOf = ({ rows, bytes, object }: Batch): string =>
  `rows ${rows.start}-${rows.end}, bytes ${bytes.start}-${bytes.end} of object ${object}`

const sameRanges = (planned: Batch, message: BatchMessage): boolean =>
  planned.rows.start === message.rows.start &&
  planned.rows.end === message.rows.end &&
  planned.bytes.start === message.bytes.start &&
  planned.bytes.end === message.bytes.end &&
  planned.object === message.object
