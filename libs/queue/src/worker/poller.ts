import type { Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { limits } from '@millrace/job'
import { Consumer } from 'sqs-consumer'
import type { Queue } from '../calls/queue.ts'
import { aborted } from '../calls/wait.ts'

/*
 * sqs-consumer as receiver only. Its own handling waits for the slowest of ten messages before it
 * polls again, so messages are handed over at once and nothing is ever acknowledged here.
 *
 *      ┌─────────────────────────────────────────────────────────┐
 *      ▼                                                         │
 *    gate ──▶ ReceiveMessage ──▶ onMessages (hands over, returns at once)
 *      │ draining: rejects
 *      ▼
 *    stopped. If the gate resolved instead, sqs-consumer would receive once more.
 */

export interface PollerOptions {
  readonly queue: Queue
  readonly visibilityTimeoutSeconds: number
  /** How long a poll of an empty queue is held open: 1 to 20. */
  readonly waitSeconds: number
  /** Resolves to how many messages to ask for, 1 to 10, when a poll may begin. Rejects on drain. */
  gate(): Promise<number>
  /** What a poll brought, if anything. Synchronous. */
  onMessages(messages: readonly Message[]): void
  /** A poll has ended, or its gate has rejected. */
  onEnd(error?: unknown): void
}

/**
 * Polls until `drain`, and resolves when no poll is in flight. A poll that is under way is waited for,
 * at most its long-poll time: aborting it may leave messages that SQS has just handed out hidden for a
 * whole visibility timeout. `abort` aborts it all the same.
 */
export async function poll(
  options: PollerOptions,
  drain: AbortSignal,
  abort: AbortSignal,
): Promise<void> {
  let entries = 0
  let current = Promise.withResolvers<void>()
  current.resolve()
  const consumer = Consumer.create({
    queueUrl: options.queue.url,
    sqs: pollClient(options.queue, () => entries, abort),
    batchSize: limits.receiveEntriesMax,
    visibilityTimeout: options.visibilityTimeoutSeconds,
    waitTimeSeconds: options.waitSeconds,
    messageAttributeNames: ['All'],
    messageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp', 'MessageGroupId'],
    // The gate backs off, and it does so for every kind of failure.
    authenticationErrorTimeout: 0,
    suppressFifoWarning: true,
    async preReceiveMessageCallback() {
      current = Promise.withResolvers()
      entries = await options.gate()
    },
    async handleMessageBatch(messages) {
      options.onMessages(messages)
    },
  })
  const ended = (error?: unknown) => {
    options.onEnd(error)
    current.resolve()
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
  await current.promise
  consumer.removeAllListeners('empty')
  consumer.removeAllListeners('response_processed')
}

/**
 * sqs-consumer fixes the number of messages before its gate, when there may be no room yet, and a
 * second `stop` cannot abort its poll. So both are set here, as the request leaves.
 */
function pollClient(queue: Queue, entries: () => number, abortSignal: AbortSignal): SQSClient {
  const send = (command: ReceiveMessageCommand) => {
    command.input.MaxNumberOfMessages = entries()
    return queue.client.send(command, { abortSignal })
  }
  return { send } as Pick<SQSClient, 'send'> as SQSClient
}
