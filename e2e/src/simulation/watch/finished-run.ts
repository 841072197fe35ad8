import { createHistory } from '@millrace/check-log'
import type { JobEvent, JobFailure, JobId, JobState } from '@millrace/job'
import type { SimulatedCloud } from '../cloud.ts'
import type { KnownJob } from '../known-job.ts'
import type { LogLine, Notes } from '../notes.ts'
import type { JobPlan } from '../scenario.ts'

/* What a run that is over is held to by its notes alone; the others here look at queue, table and store. */

const OUTAGES = ['outage', 'requestLost', 'responseLost', 'arrivesLate', 'refused']

/** What the preflight may say of a job, and the faults of which one must have come for it. */
const PREFLIGHT_SAYS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/connection to model failed/, OUTAGES],
  [/\(endpoint_unavailable\)/, ['outage']],
  [/\(model_failed\)/, ['endpoint_failed']],
  [/\(invocation_timed_out\)/, ['endpoint_hung', ...OUTAGES]],
  [/is not understood/, ['endpoint_malformed']],
]
/** What it may say of a table with bad rows, at which some containers fail. */
const BAD_ROWS =
  /takes more columns|have more columns|refuses the first|\(row_width: |\(model_failed\)/

/** Of the rows of a job so many failed: more than it tolerates? */
export function exceedsTolerance({ tolerance, rows }: JobPlan, failedRows: number): boolean {
  if (tolerance === undefined) return false
  if ('failedRowsMax' in tolerance) return failedRows > tolerance.failedRowsMax
  return failedRows * 100 > tolerance.failedRowsPercentMax * rows
}

/** A job may fail for its dataset, its rows or for what its preflight says, and only when that was so. */
export function checkFailure(
  notes: Notes,
  { versions, plan, below }: KnownJob,
  { code, message }: JobFailure,
  failedRows: number,
): void {
  const changed = versions.size > plan.objects
  const came = (faults: readonly string[]): boolean => faults.some((kind) => notes.faults.has(kind))
  const explained =
    (plan.badRows > 0 && BAD_ROWS.test(message)) ||
    PREFLIGHT_SAYS.some(([says, faults]) => says.test(message) && came(faults))
  // A retry is no preflight: only that the endpoint cannot be reached ends it.
  const unreached = below !== undefined && came(OUTAGES)
  const reasons: Readonly<Record<string, boolean>> = {
    dataset_changed: changed,
    preflight_failed: explained,
    endpoint_unreachable: unreached,
    connection_failed: unreached,
    endpoint_unavailable: unreached,
    tolerance_exceeded: exceedsTolerance(plan, failedRows),
  }
  if (reasons[code] !== true) {
    notes.violation('jobs fail for a reason', `${code}: ${message}`)
  }
}

/**
 * Where nothing goes wrong nothing is done twice, and nobody has to ask for a job again. Where only a service is
 * away what it keeps from being done is done later, and charged to no message; but an app that has to stop
 * meanwhile gives back what it could not record in time.
 */
export function checkCalm(notes: Notes, cloud: SimulatedCloud): void {
  const outcomes = outcomesIn(notes)
  const isAway = notes.faults.has('service_outage')
  const attemptsMax = 1 + (isAway ? (notes.faults.get('cut_off') ?? 0) : 0)
  for (const line of notes.lines) {
    const { msg, outcome, attempt } = line
    const once = outcomes.includes(String(outcome)) || gaveWay(line)
    if (msg === 'batch done' && !(once && Number(attempt) <= attemptsMax)) {
      notes.violation('nothing is repeated in calm', JSON.stringify(line))
    }
    if (msg === 'job stands still, asking for it again') {
      notes.violation('nothing is late in calm', JSON.stringify(line))
    }
  }
  for (const name of ['jobs-dlq', 'batches-dlq', 'completions-dlq'] as const) {
    const [message] = cloud.queue(name).messages
    if (message !== undefined)
      notes.violation('nothing is set aside in calm', `${name}: ${message.body}`)
  }
}

/** A job that has ended was heard of: its start before its end, and its end as it is. */
export function checkHeard(
  notes: Notes,
  heard: readonly JobEvent[],
  { token, jobId }: KnownJob,
  state: JobState | undefined,
): void {
  if (state === undefined) return
  const told = heard.map((event) => `${event.id} ${event.state}`)
  const [start, end] = [`${jobId}:started running`, `${jobId}:ended ${state}`]
  const started = told.indexOf(start)
  const ended = told.indexOf(end)
  const only = told.every((each) => each === start || each === end)
  if (ended === -1 || !only || started > ended) {
    notes.violation('every end is told', `${token} is ${state}, told: ${told.join(', ')}`)
  }
  const repeated = new Set(told).size < told.length
  if (repeated && notes.faults.size === 0) {
    notes.violation('nothing is repeated in calm', `${token}, told: ${told.join(', ')}`)
  }
}

/**
 * What may become of a batch in calm. It waits for a service, or for a part in what its job may have in flight; and
 * a plan that could not be written to its end is published again, so that what was recorded comes once more.
 */
function outcomesIn({ faults }: Notes): readonly string[] {
  if (faults.has('service_outage')) return ['recorded', 'postponed', 'duplicate', 'stale']
  return faults.has('adjust') ? ['recorded', 'postponed'] : ['recorded']
}

/** A batch that has waited for its endpoint for long gives its place to what may come, where all places are taken. */
const gaveWay = ({ outcome, durationMs }: LogLine): boolean =>
  outcome === 'postponed' && Number(durationMs) >= GIVES_WAY_MS

const GIVES_WAY_MS = 20_000

/**
 * The same checker that reads the logs of a deployment. Whoever dies after ending a job leaves its line unwritten, so
 * that a job may be open to it; but where nothing goes wrong it has to know how each has ended.
 */
export function checkLogs(
  notes: Notes,
  ends: ReadonlyMap<JobId, JobState | undefined>,
  calm: boolean,
): void {
  const history = createHistory()
  for (const line of notes.lines) history.add(line)
  const told = new Map(history.verdicts().map((verdict) => [verdict.jobId, verdict]))
  for (const { jobId, violations } of told.values()) {
    for (const violation of violations) {
      notes.violation('the logs tell one story', `${jobId}: ${violation}`)
    }
  }
  for (const [jobId, state] of ends) {
    const { state: toldAs } = told.get(jobId) ?? { state: 'open' }
    const isTold = toldAs === state || (toldAs === 'open' && (!calm || state === undefined))
    if (!isTold) notes.violation('the logs tell how a job ended', `${jobId} is ${state}: ${toldAs}`)
  }
}

/** By message, the outcomes that are a job's end. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  'job request done': ['failed'],
  'job looked at': ['finished', 'failed'],
}

/** Looks whether a line tells of the end of a job, and at each line once. */
export function readEnds({ lines }: Notes): (jobId: JobId) => boolean {
  const told = new Set<unknown>()
  let read = 0
  return (jobId) => {
    for (; read < lines.length; read += 1) {
      const { msg, outcome, jobId: ended } = lines[read] as LogLine
      if (ENDS[msg]?.includes(String(outcome)) === true) told.add(ended)
    }
    return told.has(jobId)
  }
}
