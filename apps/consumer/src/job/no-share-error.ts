/** More consumers work on the job than it may have invocations in flight, and this one has no part in them. */
export class NoShareError extends Error {
  override readonly name = 'NoShareError'
  readonly code = 'no_share'
  readonly retryable = true

  constructor() {
    super('invoke: other consumers have all the invocations that the job may have in flight')
  }
}
