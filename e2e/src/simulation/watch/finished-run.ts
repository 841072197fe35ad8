import { createHistory } from '@millrace/check-log'
import type { JobFailure } from '@millrace/job'
import type { KnownJob } from '../known-job.ts'
import type { Notes } from '../notes.ts'

/* What a run that is over is held to by its notes alone; the others here look at queue, table and store. */

/** What may make a preflight refuse a healthy job. */
const ENDPOINT_FAULTS = ['outage', 'endpoint_failed', 'endpoint_malformed', 'endpoint_hung']
const LINK_FAULTS = ['requestLost', 'responseLost', 'arrivesLate', 'refused']

/** A job may fail for its dataset or for what its preflight found, and only when that was so. */
export function checkFailure(
  notes: Notes,
  { versions, plan, below }: KnownJob,
  { code, message }: JobFailure,
): void {
  const changed = versions.size > 1
  const faulty = [...ENDPOINT_FAULTS, ...LINK_FAULTS].some((kind) => notes.faults.has(kind))
  const tried = plan.badRows > 0 || faulty
  // A retry is no preflight: only that the endpoint cannot be reached ends it.
  const unreached = below !== undefined && faulty
  const reasons: Readonly<Record<string, boolean>> = {
    dataset_changed: changed,
    preflight_failed: tried,
    endpoint_unreachable: unreached,
    connection_failed: unreached,
  }
  // Nor is a throttle one, whatever else goes wrong.
  if (reasons[code] !== true || message.includes('endpoint_throttled')) {
    notes.violation('jobs fail for a reason', `${code}: ${message}`)
  }
}

/** Where nothing goes wrong nothing is done twice, and nobody has to ask for a job again. */
export function checkCalm(notes: Notes): void {
  for (const line of notes.lines) {
    const { msg, outcome, attempt } = line
    const once = outcome === 'recorded' && attempt === 1
    if (msg === 'batch done' && !once) {
      notes.violation('nothing is repeated in calm', JSON.stringify(line))
    }
    if (msg === 'job stands still, asking for it again') {
      notes.violation('nothing is late in calm', JSON.stringify(line))
    }
  }
}

/** The same checker that reads the logs of a deployment. */
export function checkLogs(notes: Notes): void {
  const history = createHistory()
  for (const line of notes.lines) history.add(line)
  for (const { jobId, violations } of history.verdicts()) {
    for (const violation of violations) {
      notes.violation('the logs tell one story', `${jobId}: ${violation}`)
    }
  }
}
