import type { EventSink } from '@millrace/events'
import { deadlineOf, type Job, type JobEvent, type JobId, resultNames } from '@millrace/job'
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

/** What is told of a job by the events that follow from it alone. */
const KINDS: readonly EventKind[] = ['started', 'ended']

/**
 * Tells the events of a job that are due: its start, then its end; before it that it was late, where the job has
 * ended after its deadline and that was not seen in time. Only the aggregator tells any; who
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
  return await tellKinds(deps, jobId, KINDS, {}, signal)
}

/**
 * Tells that a job is at risk of being late; once of each deadline.
 *
 * @returns false when somebody else is at it: look again later.
 * @throws {EventError} of a sink that did not take the event.
 */
export async function tellAtRisk(
  deps: Deps,
  jobId: JobId,
  forecast: Forecast,
  signal: AbortSignal,
): Promise<boolean> {
  return await tellKinds(deps, jobId, ['at_risk'], forecast, signal)
}

/** When a job will have ended at its pace, in seconds since the epoch, as far as that is known. */
export type Forecast = Pick<JobEvent, 'expectedAt'>

async function tellKinds(
  deps: Deps,
  jobId: JobId,
  kinds: readonly EventKind[],
  forecast: Forecast,
  signal: AbortSignal,
): Promise<boolean> {
  const refusals = new Map<EventSink, unknown>()
  for (const kind of kinds) {
    const isDone = await tellKind(deps, jobId, { kind, forecast }, refusals, signal)
    if (!isDone && refusals.size === 0) return false
    // Who holds an end that it can tell nobody keeps others from telling it.
    if (refusals.size === deps.sinks.length) break
  }
  for (const refusal of refusals.values()) throw refusal
  return true
}

/** False when somebody else is at it. */
async function tellKind(
  deps: Deps,
  jobId: JobId,
  wanted: { readonly kind: EventKind; readonly forecast: Forecast },
  refusals: Map<EventSink, unknown>,
  signal: AbortSignal,
): Promise<boolean> {
  const { kind, forecast } = wanted
  const claim = await deps.claim(jobId, kind, signal)
  if (claim.kind === 'held') return false
  if (claim.kind !== 'claimed') return true
  // Where somebody else holds that it is late, it tells so, or has died in doing so: the end waits for neither.
  if (kind === 'ended' && hasEndedLate(claim.job)) {
    await tellKind(deps, jobId, { kind: 'late', forecast }, refusals, signal)
  }
  const event = { ...eventOf(claim.job, kind, claim.summary), ...forecast }
  await tellSinks(deps, jobId, { event, kind, takenBy: claim.takenBy }, refusals, signal)
  if (refusals.size === 0) await deps.confirm(jobId, kind, signal)
  return true
}

function hasEndedLate(job: Job): boolean {
  const deadline = deadlineOf(job)
  return deadline !== undefined && job.endedAt !== undefined && job.endedAt > deadline
}

/** Adds to `refusals` whoever did not take it. */
async function tellSinks(
  { sinks, noteTakers }: Deps,
  jobId: JobId,
  {
    event,
    kind,
    takenBy,
  }: Pick<DueEvent, 'takenBy'> & { readonly event: JobEvent; readonly kind: EventKind },
  refusals: Map<EventSink, unknown>,
  signal: AbortSignal,
): Promise<void> {
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
  if (refusals.size > 0 && takers.length > 0) await noteTakers(jobId, kind, takers, signal)
}

/** The event as `contracts/job-event.schema.json` has it. */
export function eventOf(job: Job, kind: EventKind, summary?: EventSummary): JobEvent {
  const { jobId, clientToken, spec, plan, failure, createdAt, startedAt, endedAt, retryOf } = job
  const told = kind === 'late' ? 'at_risk' : kind
  const ended = kind === 'ended'
  const deadline = deadlineOf(job)
  return {
    version: 1,
    // One that is moved may be missed again.
    id: told === 'at_risk' ? `${jobId}:${told}:${deadline}` : `${jobId}:${told}`,
    kind: told,
    jobId,
    clientToken,
    state: kind === 'started' ? 'running' : job.state,
    endpoint: spec.endpoint.name,
    ...(retryOf === undefined ? {} : { retryOf: retryOf.jobId }),
    dataset: spec.dataset.uri,
    result: resultNames(spec.output).result,
    ...(ended && summary !== undefined ? { manifest: summary.manifestUri } : {}),
    ...(plan === undefined ? {} : { rows: { total: plan.rows, ...countsOf(ended, summary) } }),
    ...(ended && failure !== undefined ? { failure } : {}),
    createdAt,
    ...(deadline === undefined ? {} : { deadline }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(ended && endedAt !== undefined ? { endedAt } : {}),
  }
}

function countsOf(ended: boolean, summary: EventSummary | undefined) {
  if (!ended || summary === undefined) return {}
  return { predicted: summary.rows - summary.failedRows, failed: summary.failedRows }
}
