/*
 * A dead-letter queue cannot be listed: the server receives all of it, ten messages at a time, and a call of SQS
 * waits a second when nothing comes. A sweep goes on when its request has ended; its answer is waited for.
 */

export const READ_TIMEOUT_MS = 60_000

/** A redrive keeps to its rate; twice the time of that is for a queue that does not. */
export const redriveTimeoutMs = (messages: number, perSecond: number): number =>
  READ_TIMEOUT_MS + (2 * messages * 1_000) / perSecond

/** The queue is read once more before, and a delete takes a call for ten messages. */
export const discardTimeoutMs = (messages: number): number => 2 * READ_TIMEOUT_MS + 100 * messages
