import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
} from '@aws-sdk/client-sqs'
import { type Batcher, createBatcher } from './batcher.ts'
import { copyOf } from './copy-message.ts'
import { evidenceOf } from './evidence.ts'
import { bytesOf, fitted, type OutgoingEntry, publishEntries } from './publish.ts'
import type { Queue } from './queue.ts'
import { type Rejection, REQUEUES, requeuesOf } from './received.ts'
import { type EntryOutcome, settleEntries } from './settle-entries.ts'

export interface WorkerQueues {
  /** Polled through a client of its own: see `createQueueClient`. */
  readonly receive: Queue
  /** The same queue, for everything else. */
  readonly acknowledge: Queue
  /** Where `dead_letter` goes. Without it such messages are released, and SQS moves them in the end. */
  readonly deadLetter?: Queue
}

/** What a worker does to the messages it holds; each resolves to the failure, or to nothing. */
export interface MessageCalls {
  remove(message: Message): Promise<EntryOutcome>
  /** Tried once: the heartbeat has its own rhythm of trying again. */
  extend(message: Message, seconds: number): Promise<EntryOutcome>
  release(message: Message, seconds: number): Promise<EntryOutcome>
  /** Publishes a copy to the same queue, which counts as one more requeue. */
  copy(message: Message, delaySeconds: number): Promise<EntryOutcome>
  /** Publishes a copy to the dead-letter queue, with what a person needs as attributes. */
  deadLetter(to: Queue, message: Message, rejection: Rejection): Promise<EntryOutcome>
  flush(): Promise<void>
}

const ENTRIES_MAX = 10
const TRIES_MAX = 4
/** So that ten of them fit one call; a larger copy, as that of a large job request, has a call of its own. */
const BATCHED_BYTES_MAX = 96 * 1024

/**
 * The calls of one worker, gathered ten at a time.
 *
 * @param options.idleMs how long a call waits for company.
 * @param signal aborts calls in flight and ends their repeats.
 */
export function createMessageCalls(
  options: {
    readonly queue: Queue
    readonly idleMs: number
    readonly random: () => number
  },
  signal: AbortSignal,
): MessageCalls {
  const { queue, idleMs, random } = options
  const batch = <E>(settle: (entries: readonly E[]) => Promise<EntryOutcome[]>) =>
    createBatcher<E>({ entriesMax: ENTRIES_MAX, idleMs, settle })
  const policy = (verb: string, triesMax: number) => ({
    verb,
    queueUrl: queue.url,
    triesMax,
    random,
  })

  const removals = batch<{ ReceiptHandle: string | undefined }>((entries) =>
    settleEntries(entries, deleteBatch(queue), policy('acknowledge', TRIES_MAX), signal),
  )
  const extensions = batch<VisibilityEntry>((entries) =>
    settleEntries(entries, changeVisibilityBatch(queue), policy('extend', 1), signal),
  )
  const releases = batch<VisibilityEntry>((entries) =>
    settleEntries(entries, changeVisibilityBatch(queue), policy('release', TRIES_MAX), signal),
  )
  const copies = batch<OutgoingEntry>((entries) => publishEntries(queue, entries, random, signal))

  return {
    remove: ({ ReceiptHandle }) => removals.add({ ReceiptHandle }),
    extend: ({ ReceiptHandle }, seconds) =>
      extensions.add({ ReceiptHandle, VisibilityTimeout: seconds }),
    release: ({ ReceiptHandle }, seconds) =>
      releases.add({ ReceiptHandle, VisibilityTimeout: seconds }),
    copy(message, delaySeconds) {
      const entry = copyOf(message, { [REQUEUES]: String(requeuesOf(message) + 1) })
      const delayed = delaySeconds > 0 ? { ...entry, DelaySeconds: delaySeconds } : entry
      if (bytesOf(entry) <= BATCHED_BYTES_MAX) return copies.add(delayed)
      return publishOne(queue, delayed, random, signal)
    },
    deadLetter(to, message, rejection) {
      // Of a body that is refused for its size there is not room for all beside the reason.
      const entry = fitted(copyOf(message, evidenceOf(message, queue, rejection)))
      return publishOne(to, entry, random, signal)
    },
    async flush() {
      const all: readonly Batcher<never>[] = [removals, extensions, releases, copies]
      await Promise.all(all.map((batcher) => batcher.flush()))
    },
  }
}

interface VisibilityEntry {
  readonly ReceiptHandle: string | undefined
  readonly VisibilityTimeout: number
}

function deleteBatch({ client, url }: Queue) {
  return (Entries: { Id: string; ReceiptHandle: string | undefined }[], abortSignal: AbortSignal) =>
    client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }), { abortSignal })
}

function changeVisibilityBatch({ client, url }: Queue) {
  return (Entries: (VisibilityEntry & { Id: string })[], abortSignal: AbortSignal) =>
    client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }), {
      abortSignal,
    })
}

async function publishOne(
  queue: Queue,
  entry: OutgoingEntry,
  random: () => number,
  signal: AbortSignal,
): Promise<EntryOutcome> {
  const [outcome] = await publishEntries(queue, [entry], random, signal)
  return outcome
}
