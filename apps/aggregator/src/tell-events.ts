import type { EventSink } from '@millrace/events'
import { type Job, type JobEvent, type JobId, resultNames } from '@millrace/job'
import type { ClaimEventOutcome, DueEvent, EventKind, EventSummary } from '@millrace/ledger'

export interface Deps {
  claim(jobId: JobId, kind: EventKind, signal: AbortSignal): Promise<ClaimEventOutcome>
  readonly sinks: readonly EventSink[]
  noteTakers(
    jobId: JobId,
    kind: EventKind,
    takers: readonly string[],
    signal: AbortSignal,
  ): Promise<void>
  confirm(jobId: JobId, kind: EventKind, signal: AbortSignal): Promise<void>
}

/**
 * Tells the events of a job that are due: its start, then its end. Only the aggregator tells any; who
 * starts or ends a job publishes a completion, which asks the aggregator to look.
 *
 * An event is told before it is confirmed. It may so be told twice, when we die between, and is never
 * left out, because the completion message lives until this is done.
 *
 * A sink that does not take an event keeps none from the others: they hear each once, and it is told again
 * alone. It hears of no end before it has heard of the start.
 *
 * @returns false when somebody else is at it: look again later.
 * @throws {EventError} of a sink that did not take an event.
 */
export async function tellEvents(deps: Deps, jobId: JobId, signal: AbortSignal): Promise<boolean> {
  const refusals = new Map<EventSink, unknown>()
  for (const kind of ['started', 'ended'] as const) {
    const claim = await deps.claim(jobId, kind, signal)
    if (claim.kind === 'held' && refusals.size === 0) return false
    if (claim.kind !== 'claimed') continue
    await tellSinks(deps, claim, kind, refusals, signal)
    if (refusals.size === 0) await deps.confirm(jobId, kind, signal)
    // Who holds an end that it can tell nobody keeps others from telling it.
    if (refusals.size === deps.sinks.length) break
  }
  for (const refusal of refusals.values()) throw refusal
  return true
}

/** Adds to `refusals` whoever did not take it. */
async function tellSinks(
  { sinks, noteTakers }: Deps,
  { job, summary, takenBy }: DueEvent,
  kind: EventKind,
  refusals: Map<EventSink, unknown>,
  signal: AbortSignal,
): Promise<void> {
  const event = eventOf(job, kind, summary)
  const takers: string[] = []
  const tell = async (sink: EventSink): Promise<void> => {
    try {
      await sink.tell(event, signal)
      takers.push(sink.name)
    } catch (error) {
      refusals.set(sink, error)
    }
  }
  const due = sinks.filter((sink) => !refusals.has(sink) && !takenBy.includes(sink.name))
  await Promise.all(due.map(tell))
  signal.throwIfAborted()
  if (refusals.size > 0 && takers.length > 0) await noteTakers(job.jobId, kind, takers, signal)
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
    result: resultNames(spec.output).result,
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
