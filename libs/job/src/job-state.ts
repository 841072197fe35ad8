/**
 * The states of a job.
 *
 *              ┌──────────── paused ◀──────────┐
 *              ▼ plan not sealed  │ plan sealed ▼
 *          planning ──────────────┴────────▶ running
 *              │                                │
 *              │                                ▼
 *              │                           aggregating     every state but the final ones
 *              │                                │          may also move to failed or cancelled
 *              ▼                                ▼
 *      failed · cancelled · succeeded · succeeded_with_failures
 *
 * A job is paused from planning too: its first batches are invoked while the rest is being cut. It
 * goes back to where it was, which the sealed plan tells.
 */
export const JOB_STATES = [
  'planning',
  'running',
  'paused',
  'aggregating',
  'succeeded',
  'succeeded_with_failures',
  'failed',
  'cancelled',
] as const

export type JobState = (typeof JOB_STATES)[number]

const NEXT: Readonly<Record<JobState, readonly JobState[]>> = {
  planning: ['running', 'paused', 'failed', 'cancelled'],
  running: ['paused', 'aggregating', 'failed', 'cancelled'],
  paused: ['planning', 'running', 'failed', 'cancelled'],
  aggregating: ['succeeded', 'succeeded_with_failures', 'failed', 'cancelled'],
  succeeded: [],
  succeeded_with_failures: [],
  failed: [],
  cancelled: [],
}

/** The states from which a job may move to `state`; a ledger write names them in its condition. */
export function statesBefore(state: JobState): readonly JobState[] {
  return JOB_STATES.filter((from) => NEXT[from].includes(state))
}

/** True when the job has ended and nothing about it changes any more. */
export function isFinal(state: JobState): boolean {
  return NEXT[state].length === 0
}

/** True while batches of the job are to be invoked. */
export function takesBatches(state: JobState): boolean {
  return state === 'planning' || state === 'running'
}
