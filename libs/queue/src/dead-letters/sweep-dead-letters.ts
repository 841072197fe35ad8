import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs'
import { limits } from '@millrace/job'
import { classifyFailure } from '../calls/classify-failure.ts'
import type { Queue } from '../calls/queue.ts'
import { type EntryOutcome, settleEntries } from '../calls/settle-entries.ts'

/*
 * SQS cannot list a queue. So a sweep receives its messages, holds them hidden until it has seen
 * all, and makes visible again what it has not removed:
 *
 *     receive ten ──▶ act on them ──▶ delete those that are done ─┐
 *        ▲ until nothing comes, or enough has                     │
 *        └────────────────────────────────────────────────────────┘ ──▶ give back the rest
 *
 * A sweep that dies leaves what it held hidden for `HOLD_SECONDS`; nothing is lost.
 */

/** Long enough for a sweep to see all that it may hold before the first comes again. */
const HOLD_SECONDS = 300
/** Messages that one sweep holds at most, at a few KB each. */
export const SWEEP_MAX = 10_000
/** A poll asks a share of SQS's servers when it is short; a second of waiting asks all. */
const WAIT_SECONDS = 1
const TRIES_MAX = 4

/** What has been done with the messages of one receive: those to be deleted. */
export type Act = (messages: readonly Message[], signal: AbortSignal) => Promise<readonly Message[]>

export interface Swept {
  readonly removed: number
  /** Given back. */
  readonly kept: number
  /** Removals that SQS refused: their messages come again, and are done twice. */
  readonly failed: number
  /** False when the sweep ended at `max`, or was ended before: there may be more. */
  readonly all: boolean
}

/**
 * @param isOver asked before each receive: nothing can be done with more.
 * @throws {QueueError} when the queue cannot be received from; what is held is given back.
 */
export async function sweepDeadLetters(
  queue: Queue,
  max: number,
  act: Act,
  signal: AbortSignal,
  isOver: () => boolean = () => false,
): Promise<Swept> {
  const seen = new Set<string | undefined>()
  const kept: Message[] = []
  let [removed, failed] = [0, 0]
  const count = () => removed + failed + kept.length
  try {
    while (count() < Math.min(max, SWEEP_MAX) && !isOver()) {
      const room = Math.min(limits.receiveEntriesMax, max - count())
      const received = await receive(queue, room, signal)
      const messages = received.filter(({ MessageId }) => !seen.has(MessageId))
      for (const { MessageId } of messages) seen.add(MessageId)
      // What was held first comes again: the sweep has taken too long, and begins to go in a circle.
      if (messages.length === 0) return { removed, kept: kept.length, failed, all: true }
      const done = await settleAct(act, messages, kept, signal)
      const outcomes = await remove(queue, done, signal)
      failed += outcomes.filter((outcome) => outcome !== undefined).length
      removed += outcomes.filter((outcome) => outcome === undefined).length
    }
    return { removed, kept: kept.length, failed, all: false }
  } finally {
    await giveBack(queue, kept)
  }
}

/** Whatever `act` has not done, or has thrown over, is kept. */
async function settleAct(
  act: Act,
  messages: readonly Message[],
  kept: Message[],
  signal: AbortSignal,
): Promise<readonly Message[]> {
  let done: readonly Message[] = []
  try {
    done = await act(messages, signal)
    return done
  } finally {
    kept.push(...messages.filter((message) => !done.includes(message)))
  }
}

async function receive(queue: Queue, entries: number, signal: AbortSignal): Promise<Message[]> {
  signal.throwIfAborted()
  const command = new ReceiveMessageCommand({
    QueueUrl: queue.url,
    MaxNumberOfMessages: entries,
    VisibilityTimeout: HOLD_SECONDS,
    WaitTimeSeconds: WAIT_SECONDS,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp', 'MessageGroupId'],
  })
  try {
    return (await queue.client.send(command, { abortSignal: signal })).Messages ?? []
  } catch (cause) {
    signal.throwIfAborted()
    throw classifyFailure('receive', queue.url, cause)
  }
}

async function remove(
  queue: Queue,
  messages: readonly Message[],
  signal: AbortSignal,
): Promise<EntryOutcome[]> {
  if (messages.length === 0) return []
  return await settleEntries(
    messages.map(({ ReceiptHandle }) => ({ ReceiptHandle })),
    (Entries, abortSignal) =>
      queue.client.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries }), {
        abortSignal,
      }),
    policy('delete', queue),
    signal,
  )
}

/** On abort too: it is what the abort must not leave behind. Bounded by the calls' own time-outs. */
async function giveBack(queue: Queue, messages: readonly Message[]): Promise<void> {
  for (let at = 0; at < messages.length; at += limits.receiveEntriesMax) {
    const entries = messages.slice(at, at + limits.receiveEntriesMax)
    await settleEntries(
      entries.map(({ ReceiptHandle }) => ({ ReceiptHandle, VisibilityTimeout: 0 })),
      (Entries, abortSignal) =>
        queue.client.send(
          new ChangeMessageVisibilityBatchCommand({ QueueUrl: queue.url, Entries }),
          { abortSignal },
        ),
      policy('give back', queue),
      NEVER,
    )
  }
}

const NEVER = new AbortController().signal

const policy = (verb: string, { url }: Queue) => ({
  verb,
  queueUrl: url,
  triesMax: TRIES_MAX,
  random: Math.random,
})
