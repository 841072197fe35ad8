import type { Message } from '@aws-sdk/client-sqs'
import { type HeartbeatOptions, startHeartbeat } from './heartbeat.ts'
import type { QueueError } from '../calls/queue-error.ts'
import { factsOf, type Received } from '../calls/received.ts'

/** A message in our hands, kept hidden from other workers until it is let go or lost. */
export interface Held {
  readonly message: Message
  readonly received: Received
  /** Aborts when the visibility is lost or the worker does not wait any more. */
  readonly signal: AbortSignal
  /** Another worker may hold the message now: nothing may be done to it. */
  readonly lost: boolean
  abort(reason: unknown): void
  /** Resolves when no extension is in flight. Before that the message must not be released. */
  stopHeartbeat(): Promise<void>
}

export function hold(
  message: Message,
  options: Omit<HeartbeatOptions, 'onLost'> & {
    onLost(error: QueueError, received: Received): void
  },
): Held {
  const work = new AbortController()
  const heartbeat = startHeartbeat({
    ...options,
    onLost(error) {
      held.lost = true
      options.onLost(error, received)
      work.abort(error)
    },
  })
  const received: Received = {
    ...factsOf(message),
    visibleUntilMs: () => heartbeat.visibleUntilMs,
  }
  // A literal's getter is old for V8 from its birth, and would keep each message until all is collected.
  const held = {
    message,
    received,
    signal: work.signal,
    lost: false,
    abort: (reason: unknown) => work.abort(reason),
    stopHeartbeat: () => heartbeat.stop(),
  }
  return held
}
