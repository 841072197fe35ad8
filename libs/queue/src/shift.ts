import type { Message } from '@aws-sdk/client-sqs'
import { type Held, hold } from './held-message.ts'
import { createMessageCalls } from './message-calls.ts'
import { createPool } from './pool.ts'
import { createPrefetch } from './prefetch.ts'
import type { QueueError } from './queue-error.ts'
import type { Disposition, Received } from './received.ts'
import { type Settlement, settleMessage } from './settle-message.ts'
import { type Change, createChange, settledOrAborted } from './wait.ts'
import type { Counters } from './worker-stats.ts'
import type { WorkerOptions } from './worker-options.ts'

/** All that a worker holds from `run()` to its end. */
export interface Shift {
  /** Takes a message in hand. */
  take(message: Message): void
  /** Makes it visible again at once, untouched. */
  giveBack(message: Message): void
  /** Gives back what has not begun. */
  giveBackWaiting(): void
  /** Aborts the work, and after the grace gives back what has not ended by itself. */
  abort(reason: unknown): void
  /** Aborts when nothing is waited for any more. */
  readonly abandoned: AbortSignal
  /** Resolves when all is handled and settled. */
  finish(): Promise<void>
  /** How many messages may come now. */
  room(): number
  /** A poll that brought all it asked for took so long. */
  polled(ms: number): void
  readonly change: Change
  setConcurrency(concurrency: number): void
  readonly hands: { running: number; waiting: number; settling: number }
}

/** One poll's worth. */
const PREFETCH_MAX = 10
/** Settlements that may be in flight beside the messages in hand, or receiving waits for them. */
const SETTLING_MAX = 100
/** What the last calls have left after an abort's grace. */
const LAST_CALLS_MS = 2_000

export function startShift(options: WorkerOptions, concurrency: number, counters: Counters): Shift {
  const { logger, queue, random = Math.random, now = Date.now } = options
  const change = createChange()
  const abandoned = new AbortController()
  const closing = new AbortController()
  const calls = createMessageCalls(
    { queue: queue.acknowledge, idleMs: options.idleMs ?? 50, random },
    closing.signal,
  )
  const held = new Set<Held>()
  const settling = new Set<Promise<void>>()
  const timers: NodeJS.Timeout[] = []
  const pool = createPool<Held>({ concurrency, run: work, change })
  const prefetch = createPrefetch(options.prefetchMax ?? PREFETCH_MAX, () => pool.concurrency)

  async function work(item: Held): Promise<void> {
    const startedAtMs = now()
    const disposition = await attempt(item, options, counters)
    prefetch.handled(now() - startedAtMs)
    letGo(item, disposition)
  }
  /** Once per message; a handler that ends after its message was given back changes nothing. */
  function letGo(item: Held, disposition: Disposition): void {
    if (!held.delete(item)) return
    track(settleHeld(item, disposition), item.message)
  }
  async function settleHeld(item: Held, disposition: Disposition): Promise<Settlement> {
    await item.stopHeartbeat()
    if (item.lost) return { kind: 'left' }
    return settle(item.message, disposition)
  }
  function settle(message: Message, disposition: Disposition): Promise<Settlement> {
    return settleMessage(message, disposition, { calls, deadLetter: queue.deadLetter, random })
  }
  function track(settlement: Promise<Settlement>, message: Message): void {
    const done = settlement.then(record(message, options, counters)).finally(() => {
      settling.delete(done)
      change.fire()
    })
    settling.add(done)
  }
  function onLost(error: QueueError, { messageId, attempt }: Received): void {
    counters.count('visibilityLost')
    logger.warn({ error, messageId, attempt }, 'visibility lost')
  }
  return {
    take(message) {
      counters.count('received')
      const extend = (seconds: number) => calls.extend(message, seconds)
      const item = hold(message, { ...options, now, extend, onLost })
      held.add(item)
      pool.offer(item)
    },
    giveBack(message) {
      counters.count('received')
      track(settle(message, { kind: 'release', delaySeconds: 0 }), message)
    },
    giveBackWaiting() {
      for (const item of pool.takeWaiting()) letGo(item, { kind: 'release', delaySeconds: 0 })
    },
    abort(reason) {
      for (const item of held) item.abort(reason)
      const giveUp = () => {
        for (const item of held) letGo(item, { kind: 'release', delaySeconds: 0 })
        abandoned.abort()
      }
      const graceMs = options.abortGraceMs ?? 1_000
      timers.push(setTimeout(giveUp, graceMs))
      timers.push(setTimeout(() => closing.abort(), graceMs + LAST_CALLS_MS))
    },
    abandoned: abandoned.signal,
    async finish() {
      await settledOrAborted(pool.idle(), abandoned.signal)
      await calls.flush()
      while (settling.size > 0) await Promise.all(settling)
      timers.forEach(clearTimeout)
    },
    room() {
      const slots = pool.concurrency + prefetch.size - pool.running - pool.waiting
      return Math.min(slots, pool.concurrency + SETTLING_MAX - settling.size)
    },
    polled: (ms) => prefetch.polled(ms),
    change,
    setConcurrency: (wanted) => pool.setConcurrency(wanted),
    get hands() {
      return { running: pool.running, waiting: pool.waiting, settling: settling.size }
    },
  }
}

/** Never rejects. */
async function attempt(
  item: Held,
  { handle, logger }: WorkerOptions,
  counters: Counters,
): Promise<Disposition> {
  try {
    return await handle(item.received, item.signal)
  } catch (error) {
    // It ended because it was told to; whether given back or lost is decided elsewhere.
    if (item.signal.aborted) return { kind: 'release', delaySeconds: 0 }
    counters.count('handlerErrors')
    const { messageId, attempt } = item.received
    logger.error({ error, messageId, attempt }, 'handler failed')
    return { kind: 'release' }
  }
}

const COUNTED = {
  acknowledged: 'acknowledged',
  released: 'released',
  requeued: 'requeued',
  dead_lettered: 'deadLettered',
} as const

function record(message: Message, { logger }: WorkerOptions, counters: Counters) {
  return ({ kind, error }: Settlement): void => {
    if (kind !== 'left') counters.count(COUNTED[kind])
    if (error === undefined) return
    counters.count('settleErrors')
    logger.warn({ error, messageId: message.MessageId, outcome: kind }, 'settle failed')
  }
}
