import assert from 'node:assert/strict'
import { limits } from '@millrace/job'
import type { WorkerQueues } from '../calls/message-calls.ts'
import type { Disposition, Received } from '../calls/received.ts'

/** What a worker needs of a logger; pino's has it. */
export interface WorkerLogger {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

export interface WorkerOptions {
  readonly queue: WorkerQueues
  /** Messages handled at once: 1 to `limits.concurrencyMax`. */
  readonly concurrency: number
  /** Messages held beyond that where work is short: see `createPrefetch`. 0 for none; default 10. */
  readonly prefetchMax?: number
  /** For so long a message is hidden, and again at each beat, of which there are three in this time. */
  readonly visibilityTimeoutSeconds: number
  /** How long a poll of an empty queue is held open: 1 to 20. Default `limits.receiveWaitSeconds`. */
  readonly receiveWaitSeconds?: number
  readonly logger: WorkerLogger
  /**
   * One attempt. The signal aborts when the message's visibility is lost (its reason is then a
   * `QueueError` with code `visibility_lost`: record nothing any more) or when the worker is aborted.
   * Throwing is a failure of the world or a bug: it is logged and the message released with backoff. An
   * error whose `isOutage` is true is nobody's fault, as a throttle is none: the message is requeued.
   */
  readonly handle: (message: Received, signal: AbortSignal) => Promise<Disposition>
  /** A gate before each poll: nothing is received while it is pending. Rejects when `signal` aborts. */
  readonly ready?: (signal: AbortSignal) => Promise<void>
  /** How long acknowledgements and the like wait for company. Default 50. */
  readonly idleMs?: number
  /** What an aborted handler has left to end by itself. Default 1,000. */
  readonly abortGraceMs?: number
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  /** From 0 to 1, 1 excluded. */
  readonly random?: () => number
}

/** A wrong option is a bug of the caller: wanted and got are said, and nothing is started. */
export function checkOptions(options: WorkerOptions): void {
  const { concurrency, visibilityTimeoutSeconds, receiveWaitSeconds = 1 } = options
  assert(
    Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= limits.concurrencyMax,
    `wanted a concurrency from 1 to ${limits.concurrencyMax}, got ${concurrency}`,
  )
  assert(
    visibilityTimeoutSeconds > 0,
    `wanted a visibility timeout above 0, got ${visibilityTimeoutSeconds} s`,
  )
  assert(
    receiveWaitSeconds >= 1 && receiveWaitSeconds <= limits.receiveWaitSeconds,
    `wanted receiveWaitSeconds from 1 to ${limits.receiveWaitSeconds}, got ${receiveWaitSeconds}`,
  )
}
