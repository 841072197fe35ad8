/*
 * A dead-letter queue cannot be listed: the server receives all of it, ten messages at a time, and a call of SQS
 * waits a second when nothing comes. What ends the request ends the sweep, so it is given its time.
 */

export const READ_TIMEOUT_MS = 60_000

/** A redrive keeps to its rate; twice the time of that is for a queue that does not. */
export const redriveTimeoutMs = (messages: number, perSecond: number): number =>
  READ_TIMEOUT_MS + (2 * messages * 1_000) / perSecond
