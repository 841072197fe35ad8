import type { Message } from '@aws-sdk/client-sqs'
import type { Held } from './held-message.ts'
import type { MessageCalls } from '../calls/message-calls.ts'
import type { Disposition } from '../calls/received.ts'
import { type Settlement, settleMessage } from './settle-message.ts'
import type { Change } from '../calls/wait.ts'
import type { WorkerOptions } from './worker-options.ts'
import type { Counters } from './worker-stats.ts'

/** The settlements under way; each is counted, and logged when it failed. */
export interface Settling {
  /** Lets go of a message in hand: first its heartbeat, then what was decided, unless it was lost. */
  letGo(item: Held, disposition: Disposition): void
  /** The same for a message that was never in hand. */
  giveBack(message: Message, disposition: Disposition): void
  size(): number
  /** Resolves when none is under way any more. */
  finish(): Promise<void>
}

const COUNTED = {
  acknowledged: 'acknowledged',
  released: 'released',
  requeued: 'requeued',
  dead_lettered: 'deadLettered',
} as const

/** @param change fired when a settlement has ended. */
export function createSettling(
  options: WorkerOptions,
  deps: { calls: MessageCalls; counters: Counters; change: Change },
): Settling {
  const { calls, counters, change } = deps
  const { deadLetter } = options.queue
  const random = options.random ?? Math.random
  const underWay = new Set<Promise<void>>()

  const settle = (message: Message, disposition: Disposition) =>
    settleMessage(message, disposition, { calls, deadLetter, random })
  const settleHeld = async (item: Held, disposition: Disposition): Promise<Settlement> => {
    await item.stopHeartbeat()
    return item.lost ? { kind: 'left' } : settle(item.message, disposition)
  }
  const track = (message: Message, settlement: Promise<Settlement>) => {
    const done = settlement.then(record(message)).finally(() => {
      underWay.delete(done)
      change.fire()
    })
    underWay.add(done)
  }
  const record =
    (message: Message) =>
    ({ kind, error }: Settlement): void => {
      if (kind !== 'left') counters.count(COUNTED[kind])
      if (error === undefined) return
      counters.count('settleErrors')
      const facts = { error, messageId: message.MessageId, outcome: kind }
      options.logger.warn(facts, 'settle failed')
    }
  return {
    letGo: (item, disposition) => track(item.message, settleHeld(item, disposition)),
    giveBack: (message, disposition) => track(message, settle(message, disposition)),
    size: () => underWay.size,
    async finish() {
      await calls.flush()
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
