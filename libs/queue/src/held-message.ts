import type { Message } from '@aws-sdk/client-sqs'
import { type HeartbeatOptions, startHeartbeat } from './heartbeat.ts'
import type { QueueError } from './queue-error.ts'
import { factsOf, type Received } from './received.ts'

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
  let lost = false
  const heartbeat = startHeartbeat({
    ...options,
    onLost(error) {
      lost = true
      options.onLost(error, received)
      work.abort(error)
    },
  })
  const received: Received = {
    ...factsOf(message),
    get visibleUntilMs() {
      return heartbeat.visibleUntilMs
    },
  }
  return {
    message,
    received,
    signal: work.signal,
    get lost() {
      return lost
    },
    abort: (reason) => work.abort(reason),
    stopHeartbeat: () => heartbeat.stop(),
  }
}
