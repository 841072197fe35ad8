import type { Message } from '@aws-sdk/client-sqs'
import { type Held, hold } from './held-message.ts'
import { limits } from '@millrace/job'
import { createMessageCalls } from '../calls/message-calls.ts'
import { createPool } from './pool.ts'
import { createPrefetch } from './prefetch.ts'
import type { QueueError } from '../calls/queue-error.ts'
import type { Disposition, Received } from '../calls/received.ts'
import { createSettling } from './settling.ts'
import { type Change, createChange, postponedSeconds, settledOrAborted } from '../calls/wait.ts'
import type { WorkerOptions } from './worker-options.ts'
import type { Counters, WorkerStats } from './worker-stats.ts'

/** All that a worker holds from `run()` to its end. */
export interface Shift {
  /** Takes a message in hand. */
  take(message: Message): void
  /** Lets others have it, untouched and uncharged. */
  giveBack(message: Message): void
  /** The same for what has not begun. */
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
  hands(): Pick<WorkerStats, 'running' | 'oldestMs' | 'waiting' | 'settling'>
}

/** One poll's worth. */
const PREFETCH_MAX = 10
/** Settlements that may be in flight beside the messages in hand, or receiving waits for them. */
const SETTLING_MAX = 100
const IDLE_MS = 50
const ABORT_GRACE_MS = 1_000
/** What the last calls have left after an abort's grace. */
const LAST_CALLS_MS = 2_000

const GIVEN_BACK: Disposition = { kind: 'release', delaySeconds: 0 }

export function startShift(options: WorkerOptions, counters: Counters): Shift {
  const { queue, concurrency, random = Math.random, now = Date.now } = options
  const change = createChange()
  const end = createEnd(options.abortGraceMs ?? ABORT_GRACE_MS)
  const calls = createMessageCalls(
    { queue: queue.acknowledge, idleMs: options.idleMs ?? IDLE_MS, random },
    end.closing,
  )
  const settling = createSettling(options, { calls, counters, change })
  const held = new Set<Held>()
  /** Of what is in the hands of a handler; the oldest is the first. */
  const startedAt = new Map<Held, number>()
  const pool = createPool<Held>({ concurrency, run: work, change })
  const prefetch = createPrefetch(options.prefetchMax ?? PREFETCH_MAX, concurrency)

  async function work(item: Held): Promise<void> {
    // It was lost while it waited for its slot.
    if (item.signal.aborted) return letGo(item, GIVEN_BACK)
    const startedAtMs = now()
    startedAt.set(item, startedAtMs)
    const disposition = await attempt(item, options, counters)
    startedAt.delete(item)
    prefetch.handled(now() - startedAtMs)
    letGo(item, disposition)
  }
  /** Once per message; a handler that ends after its message was given back changes nothing. */
  function letGo(item: Held, disposition: Disposition): void {
    if (held.delete(item)) settling.letGo(item, disposition)
  }
  return {
    take(message) {
      counters.count('received')
      const extend = (seconds: number) => calls.extend(message, seconds)
      const onLost = lostReporter(options, counters)
      const item = hold(message, { ...options, now, extend, onLost })
      held.add(item)
      pool.offer(item)
    },
    giveBack(message) {
      counters.count('received')
      settling.giveBack(message, untouched(message, options))
    },
    giveBackWaiting() {
      for (const item of pool.takeWaiting()) letGo(item, untouched(item.message, options))
    },
    abort(reason) {
      for (const item of held) item.abort(reason)
      end.begin(() => held.forEach((item) => letGo(item, GIVEN_BACK)))
    },
    abandoned: end.abandoned,
    async finish() {
      await settledOrAborted(pool.idle(), end.abandoned)
      await settling.finish()
      end.clear()
    },
    room() {
      const slots = concurrency + prefetch.size() - pool.running - pool.waiting()
      return Math.min(slots, concurrency + SETTLING_MAX - settling.size())
    },
    polled: (ms) => prefetch.polled(ms),
    change,
    hands() {
      const [oldest = now()] = startedAt.values()
      const [running, waiting] = [pool.running, pool.waiting()]
      return { running, oldestMs: now() - oldest, waiting, settling: settling.size() }
    },
  }
}

/**
 * What becomes of a message that was never begun. Made visible, it would be charged for a look: many workers
 * that stop at once, each with a poll under way, would hand it on to each other until it is set aside
 * untried. So a copy takes its place. One that has been tried before keeps its count, for what kills
 * each worker has to come to an end; it waits until the polls of the others are over.
 */
function untouched({ Attributes }: Message, { receiveWaitSeconds }: WorkerOptions): Disposition {
  const isFirst = Number(Attributes?.ApproximateReceiveCount ?? 1) === 1
  if (isFirst) return { kind: 'requeue' }
  return { kind: 'release', delaySeconds: receiveWaitSeconds ?? limits.receiveWaitSeconds }
}

/** What follows an abort: after the grace nothing is waited for, and a little later calls are cut. */
function createEnd(graceMs: number) {
  const abandoned = new AbortController()
  const closing = new AbortController()
  const timers: NodeJS.Timeout[] = []
  return {
    abandoned: abandoned.signal,
    closing: closing.signal,
    begin(giveBackAll: () => void) {
      const abandon = () => {
        giveBackAll()
        abandoned.abort()
      }
      timers.push(setTimeout(abandon, graceMs))
      timers.push(setTimeout(() => closing.abort(), graceMs + LAST_CALLS_MS))
    },
    clear: () => timers.forEach(clearTimeout),
  }
}

/** Never rejects. */
async function attempt(
  item: Held,
  { handle, logger, random = Math.random }: WorkerOptions,
  counters: Counters,
): Promise<Disposition> {
  try {
    const disposition = await handle(item.received, item.signal)
    if (disposition.kind !== 'release') return disposition
    // Cut short, it does not wait out a backoff.
    if (item.signal.aborted) return GIVEN_BACK
    counters.count('attemptsFailed')
    return disposition
  } catch (error) {
    // It ended because it was told to; whether given back or lost is decided elsewhere.
    if (item.signal.aborted) return GIVEN_BACK
    counters.count('attemptsFailed')
    const { messageId, attempt, requeues } = item.received
    if (isOutage(error)) {
      logger.warn({ error, messageId, attempt, requeues }, 'service away')
      return { kind: 'requeue', delaySeconds: postponedSeconds(requeues, random) }
    }
    logger.error({ error, messageId, attempt }, 'handler failed')
    return { kind: 'release' }
  }
}

const isOutage = (error: unknown): boolean =>
  (error as { readonly isOutage?: unknown } | null)?.isOutage === true

function lostReporter({ logger }: WorkerOptions, counters: Counters) {
  return (error: QueueError, { messageId, attempt }: Received): void => {
    counters.count('visibilityLost')
    logger.warn({ error, messageId, attempt }, 'visibility lost')
  }
}
