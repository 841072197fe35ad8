import type { Message } from '@aws-sdk/client-sqs'
import { limits } from '@millrace/job'
import { classifyFailure } from '../calls/classify-failure.ts'
import { poll } from './poller.ts'
import type { Queue } from '../calls/queue.ts'
import type { QueueError } from '../calls/queue-error.ts'
import { backoff, type Change, settledOrAborted, sleep } from '../calls/wait.ts'

/*
 * Receiving at our own pace. A poll brings ten messages at most, and one poll follows another, so one
 * poller is too slow for many slots of short work. The first polls whenever there is room for one
 * message. The others join in only while the queue has a backlog and there is room for ten:
 *
 *     poller 0   gate: backed off? room ≥ 1? ready? ──▶ poll ──▶ onMessages ──▶ …
 *     poller 1   gate: backlog?   room ≥ 10? ready? ──▶ poll ──▶ onMessages ──▶ …
 *        ⋮
 *
 * What a poll asks for is set aside before it leaves, so that two polls do not count on the same room.
 */

export type Gate =
  /** A poll is under way. */
  | 'open'
  /** No room for another message. */
  | 'full'
  /** The worker's `ready` has not resolved: paused, or the circuit is open. */
  | 'closed'
  /** The last polls failed; waiting before the next. */
  | 'backing_off'

export interface ReceiveOptions {
  readonly queue: Queue
  readonly visibilityTimeoutSeconds: number
  readonly waitSeconds: number
  readonly now: () => number
  readonly random: () => number
  /** How many messages may be held now, polls under way not counted. */
  room(): number
  /** Fires when `room` may have changed. */
  readonly change: Change
  ready(signal: AbortSignal): Promise<void>
  onGate(gate: Gate): void
  onMessages(messages: readonly Message[]): void
  /** A poll that brought all it asked for took so long. */
  onFullPoll(ms: number): void
  /** @param failures how many polls have failed in a row, from 1. */
  onError(error: QueueError, failures: number): void
}

const POLLERS_MAX = 4
const RETRY_MS = { base: 200, max: 10_000 }

/** What the pollers of one worker know of each other. */
interface Pollers {
  /** What each has asked for in the poll under way. */
  readonly asked: number[]
  /** The last poll brought all it asked for. */
  backlog: boolean
}

/** Receives until `drain`; resolves when no poll is in flight any more. See `poll` for both signals. */
export async function receive(
  options: ReceiveOptions,
  drain: AbortSignal,
  abort: AbortSignal,
): Promise<void> {
  const pollers: Pollers = { asked: Array.from({ length: POLLERS_MAX }, () => 0), backlog: false }
  // For who waits for room; a listener for each wait would be taken on and off at each change.
  const wake = () => options.change.fire()
  drain.addEventListener('abort', wake)
  const all = pollers.asked.map((_, index) => runPoller(index, pollers, options, drain, abort))
  await Promise.all(all)
  drain.removeEventListener('abort', wake)
}

function runPoller(
  index: number,
  pollers: Pollers,
  options: ReceiveOptions,
  drain: AbortSignal,
  abort: AbortSignal,
): Promise<void> {
  const { now, queue, visibilityTimeoutSeconds, waitSeconds } = options
  let failures = 0
  let startedAtMs = 0
  let brought = 0
  const gate = async () => {
    const entries = await openGate(index, pollers, failures, options, drain)
    startedAtMs = now()
    return entries
  }
  const onMessages = (messages: readonly Message[]) => {
    brought = messages.length
    options.onMessages(messages)
  }
  const onEnd = (error?: unknown) => {
    pollers.backlog = brought > 0 && brought >= (pollers.asked[index] ?? 0)
    if (pollers.backlog) options.onFullPoll(now() - startedAtMs)
    pollers.asked[index] = 0
    brought = 0
    failures = error === undefined ? 0 : failures + 1
    if (error !== undefined && !drain.aborted) {
      options.onError(classifyFailure('receive', queue.url, error), failures)
    }
    options.change.fire()
  }
  const poller = { queue, visibilityTimeoutSeconds, waitSeconds, gate, onMessages, onEnd }
  return poll(poller, drain, abort)
}

/** Resolves when a poll may begin, to how many messages are set aside for it; rejects on drain. */
async function openGate(
  index: number,
  pollers: Pollers,
  failures: number,
  options: ReceiveOptions,
  drain: AbortSignal,
): Promise<number> {
  // The first one speaks for all.
  const onGate = (gate: Gate) => index === 0 && options.onGate(gate)
  if (failures > 0) {
    onGate('backing_off')
    await sleep(backoff(failures, RETRY_MS, options.random), drain)
  }
  do {
    onGate('full')
    await waitForRoom(index, pollers, options, drain)
    onGate('closed')
    const ready = options.ready(drain)
    await settledOrAborted(ready, drain)
    drain.throwIfAborted()
    await ready
    // While `ready` was pending another poll may have taken the room.
  } while (!mayPoll(index, pollers, options))
  drain.throwIfAborted()
  onGate('open')
  const entries = Math.min(limits.receiveEntriesMax, roomLeft(pollers, options))
  pollers.asked[index] = entries
  return entries
}

async function waitForRoom(
  index: number,
  pollers: Pollers,
  options: ReceiveOptions,
  drain: AbortSignal,
): Promise<void> {
  for (;;) {
    drain.throwIfAborted()
    if (mayPoll(index, pollers, options)) return
    await options.change.next()
  }
}

function mayPoll(index: number, pollers: Pollers, options: ReceiveOptions): boolean {
  const room = roomLeft(pollers, options)
  return index === 0 ? room >= 1 : pollers.backlog && room >= limits.receiveEntriesMax
}

function roomLeft({ asked }: Pollers, options: ReceiveOptions): number {
  return options.room() - asked.reduce((sum, entries) => sum + entries, 0)
}
