import { setTimeout as sleep } from 'node:timers/promises'
import {
  deadlineOf,
  type Job,
  type JobFailure,
  type JobId,
  type JobRequest,
  limits,
  requestOf,
} from '@millrace/job'
import type { DeadlineWatch } from './watch-deadlines.ts'

export interface Deps {
  activeJobs(signal: AbortSignal): AsyncIterable<Job>
  /** Those of the active ones that have a deadline. One that cannot be read is left to the other looks. */
  jobsWithDeadline(signal: AbortSignal): AsyncIterable<Job>
  /** Jobs that have ended, and whose end is still to be told. */
  untoldJobs(signal: AbortSignal): AsyncIterable<Job>
  /** How many batches of the job are recorded. */
  recordedBatches(jobId: JobId, signal: AbortSignal): Promise<number>
  /** True while an aggregator's lease on the job holds. */
  isHeld(jobId: JobId, signal: AbortSignal): Promise<boolean>
  /** Asks the producer to look at the job again; it publishes what the ledger lacks. */
  requestJob(request: JobRequest, signal: AbortSignal): Promise<void>
  publishCompletion(jobId: JobId, signal: AbortSignal): Promise<void>
  failJob(jobId: JobId, failure: JobFailure, signal: AbortSignal): Promise<void>
  /** Whether jobs with a deadline will be late. */
  readonly deadlines: Pick<DeadlineWatch, 'look' | 'keep'>
  /** A job has stood still for the whole time once more; `asking` when it is asked for again. */
  onStalled(job: Job, recorded: number, asking: boolean): void
  /** Tells the end of a job to who wants to hear; where it could not, the job stays among the untold. */
  tellEnd(jobId: JobId, signal: AbortSignal): Promise<void>
  /** A look failed, or an end was not told: the next look comes as ever. */
  onError(error: unknown, what: string, jobId?: JobId): void
  /** Milliseconds from any origin. */
  now(): number
  /** Seconds since the epoch. */
  epochSeconds(): number
}

export interface Rhythm {
  /** After which a job counts as stalled. */
  readonly stalledMs: number
  /** Jobs with a deadline are looked at as often as this, or as all others where that is more often. */
  readonly deadlinesMs: number
}

interface Seen {
  /** Nothing while it is paused: whatever is found afterwards counts as a change. */
  readonly recorded: number | undefined
  readonly since: number
  /** For how many periods it has stood still before that. */
  readonly stalls: number
  /** When a producer had looked at it last in vain, by its own clock. */
  readonly postponedAt: number | undefined
}

/** Looks this often within the time after which a job counts as stalled. */
const LOOKS_PER_PERIOD = 5
/** A job that asking does not help is asked for in its 1st, 2nd, 4th, 8th, 16th period, and then in each 16th. */
const PERIODS_MAX = 16

/**
 * Watches for jobs that stand still, and asks for them again. A lost message, a purged queue and an
 * expired dead-letter queue are one case: batches that nobody will ever deliver.
 *
 * A job stands still when no batch of it was recorded for `stalledMs`, as this process saw it. That may also be
 * an endpoint's long outage; then batches are published twice and recorded once. So that they do not pile up for
 * as long as it lasts, they are asked for ever more rarely.
 *
 * A job that waits for its endpoint to be planned is looked at again and again by the producer that holds its
 * request: a second one would only take that producer's time. While its dataset is being decompressed, which may take
 * hours, a second one would do it once more; as long as that is noted it is no standing still, however soon
 * another job counts as that.
 *
 * While its result is being written, which may take hours, nothing more is recorded either: it is no standing still
 * as long as the writer's lease holds.
 *
 * A job whose retention is nearly over is ended while it can still be read: afterwards nothing knows of it, and
 * its end would be told to nobody.
 *
 * What cannot be looked at now is looked at again: the process has results under way, and must not end for it.
 *
 * Of jobs with a deadline it sees whether they will be late, also between those looks: they may be hours apart, and
 * a deadline minutes away.
 *
 * Of jobs that have ended it tells, once a period, the end that nobody has told: who ended one may have died before
 * asking for that, and what it asked may be lost.
 */
export async function reconcileForever(
  deps: Deps,
  { stalledMs, deadlinesMs }: Rhythm,
  signal: AbortSignal,
): Promise<void> {
  const seen = new Map<JobId, Seen>()
  const everyMs = stalledMs / LOOKS_PER_PERIOD
  const pauses = Math.ceil(everyMs / deadlinesMs)
  // A look that the drain has cut short is no failure.
  const onFailedLook = (error: unknown): void => {
    if (!signal.aborted) deps.onError(error, 'jobs not looked at')
  }
  for (let look = 1; !signal.aborted; look += 1) {
    await reconcileOnce(deps, seen, stalledMs, signal).catch(onFailedLook)
    if (look % LOOKS_PER_PERIOD === 0) await tellEnds(deps, signal).catch(onFailedLook)
    for (let pause = 1; !signal.aborted; pause += 1) {
      await sleep(everyMs / pauses, undefined, { signal }).catch(() => {})
      if (pause >= pauses) break
      await lookAtDeadlines(deps, signal).catch(onFailedLook)
    }
  }
}

/** One look at every active job. `seen` is what earlier looks have found. */
export async function reconcileOnce(
  deps: Deps,
  seen: Map<JobId, Seen>,
  stalledMs: number,
  signal: AbortSignal,
): Promise<void> {
  const active = new Set<JobId>()
  for await (const job of deps.activeJobs(signal)) {
    active.add(job.jobId)
    await lookAt(deps, seen, job, stalledMs, signal).catch((error: unknown) => {
      signal.throwIfAborted()
      deps.onError(error, 'job not looked at', job.jobId)
    })
  }
  for (const jobId of seen.keys()) if (!active.has(jobId)) seen.delete(jobId)
  deps.deadlines.keep(active)
}

/** One look at every active job with a deadline, whether it will be late. */
export async function lookAtDeadlines(deps: Deps, signal: AbortSignal): Promise<void> {
  const active = new Set<JobId>()
  for await (const job of deps.jobsWithDeadline(signal)) {
    active.add(job.jobId)
    await watchDeadline(deps, job, signal)
  }
  deps.deadlines.keep(active)
}

/** Tells the ends that are still to be told. */
export async function tellEnds(deps: Deps, signal: AbortSignal): Promise<void> {
  for await (const { jobId } of deps.untoldJobs(signal)) {
    await deps.tellEnd(jobId, signal).catch((error: unknown) => {
      signal.throwIfAborted()
      deps.onError(error, 'end of job not told yet', jobId)
    })
  }
}

async function lookAt(
  deps: Deps,
  seen: Map<JobId, Seen>,
  job: Job,
  stalledMs: number,
  signal: AbortSignal,
): Promise<void> {
  if (await endOfRetention(deps, job, signal)) return
  if (job.state === 'paused') {
    // Its messages wait in the queue; the time of the pause is no standing still.
    see(undefined, 0)
    await watchDeadline(deps, job, signal)
    return
  }
  const recorded = await deps.recordedBatches(job.jobId, signal)
  await watchDeadline(deps, job, signal, recorded)
  const before = seen.get(job.jobId)
  if (before === undefined || before.recorded !== recorded) {
    see(recorded, 0)
  } else if (deps.now() - before.since >= quietMs(job, stalledMs)) {
    if (job.state === 'aggregating' && (await deps.isHeld(job.jobId, signal))) return
    const isLookedAt = job.postponed?.at !== before.postponedAt
    if (isLookedAt && job.dataset === undefined) return see(recorded, 0)
    const stalls = isLookedAt ? 0 : before.stalls + 1
    const isWhole = recorded === job.plan?.batches
    const isDue = isPowerOfTwo(stalls) || (stalls > 0 && stalls % PERIODS_MAX === 0)
    const asking = isWhole || isDue
    deps.onStalled(job, recorded, asking)
    if (isWhole) await deps.publishCompletion(job.jobId, signal)
    else if (asking) await deps.requestJob(requestOf(job), signal)
    see(recorded, stalls)
  }

  function see(recorded: number | undefined, stalls: number): void {
    const facts = { recorded, since: deps.now(), stalls, postponedAt: job.postponed?.at }
    seen.set(job.jobId, facts)
  }
}

/** That it cannot be told keeps nobody from asking for the job. */
async function watchDeadline(
  { deadlines, recordedBatches, onError }: Deps,
  job: Job,
  signal: AbortSignal,
  recorded?: number,
): Promise<void> {
  if (deadlineOf(job) === undefined) return
  try {
    const done = recorded ?? (await recordedBatches(job.jobId, signal))
    await deadlines.look(job, done, signal)
  } catch (error) {
    signal.throwIfAborted()
    onError(error, 'deadline at risk not told yet', job.jobId)
  }
}

/** For how long nothing may move in a job. That its dataset is being decompressed is noted each minute only. */
function quietMs({ state, dataset, postponed }: Job, stalledMs: number): number {
  const isSpooling = state === 'planning' && dataset === undefined && postponed !== undefined
  return isSpooling ? Math.max(stalledMs, SPOOL_QUIET_MS) : stalledMs
}

/** As many notes as `limits` wants within the default of `stalledMs`. */
const SPOOL_QUIET_MS = 5 * limits.spoolToldSeconds * 1_000

const HOUR_SECONDS = 3_600
/** So long before the ledger forgets it a job ends: hours, for whoever looks; less where all of it is short. */
const RETENTION_LEFT = { secondsMax: 6 * HOUR_SECONDS, share: 1 / 8 }

/** True when the job's retention is over, by which it has ended; not while its result is being written. */
async function endOfRetention(deps: Deps, job: Job, signal: AbortSignal): Promise<boolean> {
  const { jobId, createdAt, expiresAt, state, plan } = job
  if (expiresAt === undefined) return false
  const { secondsMax, share } = RETENTION_LEFT
  const leftSeconds = Math.min(secondsMax, (expiresAt - createdAt) * share)
  if (deps.epochSeconds() < expiresAt - leftSeconds) return false
  if (state === 'aggregating' && (await deps.isHeld(jobId, signal))) return false
  const recorded = await deps.recordedBatches(jobId, signal)
  const days = Math.round((expiresAt - createdAt) / (24 * HOUR_SECONDS))
  const done = `${recorded} of ${plan?.batches ?? 'so far unknown'} batches recorded`
  const message = `not ended (${state}, ${done}) when the ledger is about to forget it, ${days} days after its submission — set MILLRACE_RETENTION_DAYS of the producer higher, and submit it again`
  await deps.failJob(jobId, { code: 'retention_over', message }, signal)
  return true
}

const isPowerOfTwo = (count: number): boolean => Number.isInteger(Math.log2(count))
