import type { Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { limits } from '@millrace/job'
import { Consumer } from 'sqs-consumer'
import { classifyFailure } from './classify-failure.ts'
import type { Queue } from './queue.ts'
import type { QueueError } from './queue-error.ts'
import { aborted, backoff, settledOrAborted, sleep } from './wait.ts'

/*
 * sqs-consumer as receiver only. Its own handling waits for the slowest of ten messages before it
 * polls again, so messages are handed over at once and nothing is ever acknowledged here.
 *
 *      ┌────────────────────────────────────────────────────────────┐
 *      ▼                                                            │
 *    gate: backed off? room? ready? ──▶ ReceiveMessage ──▶ onMessages (hands over, returns)
 *      │ draining: rejects
 *      ▼
 *    stopped. If the gate resolved instead, sqs-consumer would receive once more.
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
  /** 1 to 20. */
  readonly waitSeconds: number
  readonly random: () => number
  /** How many messages may come now. Below 1 the gate stays shut. */
  room(): number
  /** Resolves when `room` may have changed. */
  roomChanged(): Promise<void>
  ready(signal: AbortSignal): Promise<void>
  onGate(gate: Gate): void
  onMessages(messages: readonly Message[]): void
  onError(error: QueueError, failures: number): void
}

const RETRY_MS = { base: 200, max: 10_000 }

/**
 * Receives until `drain`, and resolves when no poll is in flight. A poll that is under way is waited
 * for, at most its long-poll time: aborting it may leave messages that SQS has just handed out hidden
 * for a whole visibility timeout. `abort` aborts it all the same.
 */
export async function receive(
  options: ReceiveOptions,
  drain: AbortSignal,
  abort: AbortSignal,
): Promise<void> {
  let failures = 0
  let poll = Promise.withResolvers<void>()
  poll.resolve()

  const consumer = Consumer.create({
    queueUrl: options.queue.url,
    sqs: pollClient(options, abort),
    batchSize: limits.receiveEntriesMax,
    visibilityTimeout: options.visibilityTimeoutSeconds,
    waitTimeSeconds: options.waitSeconds,
    messageAttributeNames: ['All'],
    messageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp', 'MessageGroupId'],
    // The gate backs off, and it does so for every kind of failure.
    authenticationErrorTimeout: 0,
    suppressFifoWarning: true,
    async preReceiveMessageCallback() {
      poll = Promise.withResolvers()
      await openGate(options, failures, drain)
    },
    async handleMessageBatch(messages) {
      options.onMessages(messages)
    },
  })
  const ended = (error?: unknown) => {
    failures = error === undefined ? 0 : failures + 1
    if (error !== undefined && !drain.aborted) {
      options.onError(classifyFailure('receive', options.queue.url, error), failures)
    }
    poll.resolve()
  }
  // Without a listener for errors the process exits.
  consumer.on('error', (error) => ended(error))
  consumer.on('empty', () => ended())
  consumer.on('response_processed', () => ended())

  if (drain.aborted) return
  consumer.start()
  await aborted(drain)
  consumer.stop()
  // Its own `stopped` comes at once, or is looked for once a second; we know when the poll ends.
  await poll.promise
  consumer.removeAllListeners()
}

/** Resolves when a message may be received; rejects while draining. */
async function openGate(
  options: ReceiveOptions,
  failures: number,
  drain: AbortSignal,
): Promise<void> {
  if (failures > 0) {
    options.onGate('backing_off')
    await sleep(backoff(failures, RETRY_MS, options.random), drain)
  }
  do {
    await waitForRoom(options, drain)
    options.onGate('closed')
    await options.ready(drain)
    // While `ready` was pending the concurrency may have been lowered.
  } while (options.room() < 1)
  drain.throwIfAborted()
  options.onGate('open')
}

async function waitForRoom(options: ReceiveOptions, drain: AbortSignal): Promise<void> {
  options.onGate('full')
  for (;;) {
    drain.throwIfAborted()
    const changed = options.roomChanged()
    if (options.room() >= 1) return
    await settledOrAborted(changed, drain)
  }
}

/**
 * sqs-consumer fixes the number of messages before its gate, when there may be no room yet, and a
 * second `stop` cannot abort its poll. So both are set here, as the request leaves.
 */
function pollClient(options: ReceiveOptions, abortSignal: AbortSignal): SQSClient {
  const send = (command: ReceiveMessageCommand) => {
    const room = Math.max(1, options.room())
    command.input.MaxNumberOfMessages = Math.min(limits.receiveEntriesMax, room)
    return options.queue.client.send(command, { abortSignal })
  }
  return { send } as Pick<SQSClient, 'send'> as SQSClient
}
