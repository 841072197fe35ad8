import type { JobState } from '@millrace/job'

/** The job was paused or has ended since its batch was taken in hand: nothing is to be invoked. */
export class JobHaltedError extends Error {
  override readonly name = 'JobHaltedError'
  readonly code = 'job_halted'
  readonly retryable = false
  /** Undefined when the job is not there any more. */
  readonly state: JobState | undefined

  constructor(state: JobState | undefined) {
    super(`invoke: the job is ${state ?? 'gone'}`)
    this.state = state
  }
}
