import type { Job, JobEvent, JobId } from '@millrace/job'
import type { ClaimEventOutcome, EventKind, EventSummary } from '@millrace/ledger'

export interface Deps {
  claim(jobId: JobId, kind: EventKind, signal: AbortSignal): Promise<ClaimEventOutcome>
  tell(event: JobEvent, signal: AbortSignal): Promise<void>
  confirm(jobId: JobId, kind: EventKind, signal: AbortSignal): Promise<void>
}

/**
 * Tells the events of a job that are due: its start, then its end. Only the aggregator tells any; who
 * starts or ends a job publishes a completion, which asks the aggregator to look.
 *
 * An event is told before it is confirmed. It may so be told twice, when we die between, and is never
 * left out, because the completion message lives until this is done.
 *
 * @returns false when somebody else is at it: look again later.
 */
export async function tellEvents(deps: Deps, jobId: JobId, signal: AbortSignal): Promise<boolean> {
  for (const kind of ['started', 'ended'] as const) {
    const claim = await deps.claim(jobId, kind, signal)
    if (claim.kind === 'held') return false
    if (claim.kind !== 'claimed') continue
    await deps.tell(eventOf(claim.job, kind, claim.summary), signal)
    await deps.confirm(jobId, kind, signal)
  }
  return true
}

/** The event as `contracts/job-event.schema.json` has it. */
export function eventOf(job: Job, kind: EventKind, summary?: EventSummary): JobEvent {
  const { jobId, clientToken, spec, plan, failure, createdAt, startedAt, endedAt, retryOf } = job
  const ended = kind === 'ended'
  return {
    version: 1,
    id: `${jobId}:${kind}`,
    jobId,
    clientToken,
    state: ended ? (job.state as JobEvent['state']) : 'running',
    endpoint: spec.endpoint.name,
    ...(retryOf === undefined ? {} : { retryOf: retryOf.jobId }),
    dataset: spec.dataset.uri,
    result: spec.output.uri,
    ...(ended && summary !== undefined ? { manifest: summary.manifestUri } : {}),
    ...(plan === undefined ? {} : { rows: { total: plan.rows, ...countsOf(ended, summary) } }),
    ...(ended && failure !== undefined ? { failure } : {}),
    createdAt,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(ended && endedAt !== undefined ? { endedAt } : {}),
  }
}

function countsOf(ended: boolean, summary: EventSummary | undefined) {
  if (!ended || summary === undefined) return {}
  return { predicted: summary.rows - summary.failedRows, failed: summary.failedRows }
}
