import {
  type Batch,
  isFinal,
  type Job,
  type JobFailure,
  type JobId,
  type JobRequest,
  type JobState,
  jobIdOf,
  type PinnedDataset,
  type PlanTotals,
  type Preflight,
} from '@millrace/job'
import { EndpointAwayError } from './preflight/endpoint-away-error.ts'

/** What became of one look at a job request, and so what happens to its message. */
export type PlanOutcome =
  | ({ readonly kind: 'published'; readonly jobId: JobId } & Planned)
  | { readonly kind: 'ended'; readonly jobId: JobId } // Nothing is left to do: delete the message.
  | { readonly kind: 'paused'; readonly jobId: JobId } // Whoever resumes the job asks for it again.
  | { readonly kind: 'postponed'; readonly jobId: JobId; readonly reason: string } // The endpoint is away: ask again later.
  | { readonly kind: 'refused'; readonly reason: string } // No such job may be: set it aside.
  | { readonly kind: 'failed'; readonly jobId: JobId; readonly failure: JobFailure }

/** A plan that is whole, and what its preflight has shown. */
export interface Planned {
  readonly totals: PlanTotals
  readonly preflight?: Preflight
}

/** A job to be planned, or why there must be none. */
export type Opened =
  | { readonly kind: 'opened'; readonly job: Job }
  | { readonly kind: 'refused'; readonly reason: string }

export interface Deps {
  /** A sentence when the spec names something that this deployment must not touch. */
  refusal(request: JobRequest): string | undefined
  /** The job of the request: made now, or by an earlier request with the same client token. */
  openJob(jobId: JobId, request: JobRequest, signal: AbortSignal): Promise<Opened>
  /** The job's state as it was within the last two seconds. */
  stateOf(jobId: JobId, signal: AbortSignal): Promise<JobState>
  /**
   * Keeps another result than the job's from losing its manifest and errors to it.
   *
   * @throws {PlanningError} `output_taken`
   */
  keepOtherResult(job: Job, signal: AbortSignal): Promise<void>
  /** Pins the dataset, or gives back what an earlier attempt pinned. */
  pinDataset(job: Job, signal: AbortSignal): Promise<PinnedDataset>
  /** Of a retry, marks the batches as done that stay as the job below has them. */
  inherit(job: Job, signal: AbortSignal): Promise<void>
  /** Invokes the endpoint with the first rows, before a million of them are published. */
  probe(job: Job, dataset: PinnedDataset, signal: AbortSignal): Promise<Preflight | undefined>
  /** Batches of the plan in order; each is in a written plan segment before it is yielded. */
  planBatches(job: Job, dataset: PinnedDataset, signal: AbortSignal): AsyncIterable<Batch>
  /** Tells which batches are recorded already, so that a second look publishes only the rest. */
  recordedBatches(job: Job, signal: AbortSignal): Promise<(batch: number) => boolean>
  publishBatches(job: Job, batches: AsyncIterable<Batch>, signal: AbortSignal): Promise<void>
  /** Fixes the totals, and carries up the marks that were made before they were known. */
  seal(job: Job, planned: Planned, signal: AbortSignal): Promise<void>
  publishCompletion(jobId: JobId, signal: AbortSignal): Promise<void>
  /** Notes that the job was looked at, and why it waits. */
  postpone(jobId: JobId, reason: string, signal: AbortSignal): Promise<void>
  /** Notes why this attempt has failed: the next one may be minutes away. Never rejects. */
  noteFailed(jobId: JobId, error: unknown, signal: AbortSignal): Promise<void>
  /** False when it is not to fail any more: it has ended, or another attempt has planned it meanwhile. */
  failJob(job: Job, failure: JobFailure, signal: AbortSignal): Promise<boolean>
  /** The failure that `error` means for the job, when trying again cannot mend it. */
  failureOf(error: unknown): JobFailure | undefined
}

/**
 * Plans one job and publishes its batches, or goes on where an earlier attempt stopped.
 *
 * It may die at any await and be run again, by redelivery or because somebody asked for the job
 * again: the client token names the job, the first pin holds, the plan follows from pin and spec,
 * and a batch published twice is recorded once. So the reconciler has one remedy for lost messages,
 * a purged queue and an expired dead-letter queue alike: it sends the job request again.
 */
export async function planJob(
  deps: Deps,
  request: JobRequest,
  signal: AbortSignal,
): Promise<PlanOutcome> {
  const reason = deps.refusal(request)
  if (reason !== undefined) return { kind: 'refused', reason }

  const jobId = jobIdOf(request.clientToken)
  const opened = await deps.openJob(jobId, request, signal)
  if (opened.kind === 'refused') return opened
  const { job } = opened
  const stopped = stoppedBy(job.state, jobId)
  if (stopped !== undefined) return stopped
  try {
    const published = await publishPlan(deps, job, signal)
    if (published.kind !== 'published') return published
    const { totals, preflight } = published
    await deps.seal(job, { totals, ...(preflight !== undefined && { preflight }) }, signal)
    // Every batch may be recorded by now; and the aggregator tells that the job has started.
    await deps.publishCompletion(jobId, signal)
    return published
  } catch (error) {
    // Aborted work is nobody's fault: the job must not fail because its producer stopped.
    signal.throwIfAborted()
    if (error instanceof EndpointAwayError) {
      await deps.postpone(jobId, error.message, signal)
      return { kind: 'postponed', jobId, reason: error.message }
    }
    const failure = deps.failureOf(error)
    if (failure === undefined) {
      await deps.noteFailed(jobId, error, signal)
      throw error
    }
    if (!(await deps.failJob(job, failure, signal))) return { kind: 'ended', jobId }
    await deps.publishCompletion(jobId, signal)
    return { kind: 'failed', jobId, failure }
  }
}

/** The outcome for a job that was paused or has ended: nothing of it is published any more. */
function stoppedBy(state: JobState, jobId: JobId): PlanOutcome | undefined {
  if (isFinal(state)) return { kind: 'ended', jobId }
  return state === 'paused' ? { kind: 'paused', jobId } : undefined
}

/** Publishes every batch that is not recorded, unless the job is stopped meanwhile. */
async function publishPlan(deps: Deps, job: Job, signal: AbortSignal): Promise<PlanOutcome> {
  // First of all: nothing is read or claimed yet for a job that is refused. Once batches may be out it is too late to
  // fail the job, and the aggregator finds out.
  if (job.dataset === undefined && job.plan === undefined) await deps.keepOtherResult(job, signal)
  const dataset = await deps.pinDataset(job, signal)
  // A sealed plan has been probed; probing again could fail a job that is half done.
  let preflight: Preflight | undefined
  if (job.plan === undefined) {
    await deps.inherit(job, signal)
    preflight = await deps.probe(job, dataset, signal)
  }

  const recorded = await deps.recordedBatches(job, signal)
  const totals = { batches: 0, rows: 0 }
  let stopped: PlanOutcome | undefined
  async function* missing(): AsyncGenerator<Batch> {
    for await (const batch of deps.planBatches(job, dataset, signal)) {
      stopped = stoppedBy(await deps.stateOf(job.jobId, signal), job.jobId)
      if (stopped !== undefined) return
      totals.batches = batch.batch + 1
      totals.rows = batch.rows.end
      if (!recorded(batch.batch)) yield batch
    }
  }
  await deps.publishBatches(job, missing(), signal)
  if (stopped !== undefined) return stopped
  const { jobId } = job
  return { kind: 'published', jobId, totals, ...(preflight !== undefined && { preflight }) }
}
