/** The endpoint is away, or has no room: that is no failure of a job, whose request is to be looked at again. */
export class EndpointAwayError extends Error {
  /** @param cause what the last look at the endpoint has met. */
  constructor(cause: Error) {
    super(cause.message, { cause })
    this.name = 'EndpointAwayError'
  }
}
