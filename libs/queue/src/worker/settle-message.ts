import type { Message } from '@aws-sdk/client-sqs'
import type { MessageCalls } from '../calls/message-calls.ts'
import type { Queue } from '../calls/queue.ts'
import { QueueError } from '../calls/queue-error.ts'
import type { Disposition } from '../calls/received.ts'
import type { EntryOutcome } from '../calls/settle-entries.ts'
import { backoff } from '../calls/wait.ts'

/** What in the end became of a message, and the failure that kept it from what was wanted. */
export interface Settlement {
  readonly kind: 'acknowledged' | 'released' | 'requeued' | 'dead_lettered' | 'left'
  readonly error?: QueueError
}

const RELEASE_SECONDS = { base: 2, max: 300 }

/**
 * Does to a message what its handler decided. What cannot be done as wanted becomes a release, and a
 * release that fails leaves the message to its visibility timeout: it is late then, never lost.
 */
export async function settleMessage(
  message: Message,
  disposition: Disposition,
  deps: { calls: MessageCalls; deadLetter: Queue | undefined; random: () => number },
): Promise<Settlement> {
  const { calls, deadLetter } = deps
  const wanted = disposition.kind
  switch (wanted) {
    case 'acknowledge':
      return left('acknowledged', await calls.remove(message))
    case 'release':
      return release(message, disposition.delaySeconds, deps)
    case 'requeue': {
      const error = await calls.copy(message, disposition.delaySeconds ?? 0)
      if (error !== undefined) return release(message, undefined, deps, error)
      return left('requeued', await calls.remove(message))
    }
    case 'dead_letter': {
      if (deadLetter === undefined) return release(message, undefined, deps, noDeadLetterQueue())
      const error = await calls.deadLetter(deadLetter, message, disposition)
      if (error !== undefined) return release(message, undefined, deps, error)
      return left('dead_lettered', await calls.remove(message))
    }
    default:
      return wanted satisfies never
  }
}

async function release(
  message: Message,
  delaySeconds: number | undefined,
  { calls, random }: { calls: MessageCalls; random: () => number },
  error?: QueueError,
): Promise<Settlement> {
  const attempt = Number(message.Attributes?.ApproximateReceiveCount ?? 1)
  const seconds = delaySeconds ?? Math.ceil(backoff(attempt, RELEASE_SECONDS, random))
  return left('released', await calls.release(message, seconds), error)
}

/** The settlement, or `left` when the last call failed. */
function left(kind: Settlement['kind'], outcome: EntryOutcome, earlier?: QueueError): Settlement {
  if (outcome !== undefined) return { kind: 'left', error: outcome }
  return earlier === undefined ? { kind } : { kind, error: earlier }
}

function noDeadLetterQueue(): QueueError {
  return new QueueError('rejected', 'dead-letter message: no dead-letter queue is configured')
}
