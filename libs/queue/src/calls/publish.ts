import { SendMessageBatchCommand, type SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs'
import { nameOf } from './classify-failure.ts'
import type { Queue } from './queue.ts'
import { QueueError } from './queue-error.ts'
import { type EntryOutcome, settleEntries } from './settle-entries.ts'

export interface OutgoingMessage {
  readonly body: string
  /** On a standard queue: whose turn it is. SQS is then fair between groups. */
  readonly groupId?: string
  /** At most ten, none of them empty. */
  readonly attributes?: Readonly<Record<string, string>>
  /** Hidden for so long at first; at most 900. */
  readonly delaySeconds?: number
}

/** An entry of SendMessageBatch, before it is numbered. */
export type OutgoingEntry = Omit<SendMessageBatchRequestEntry, 'Id'>

/** SQS: per message and per call, attributes included. */
const CALL_BYTES_MAX = 1_048_576
const CALL_ENTRIES_MAX = 10
const CALLS_IN_FLIGHT_MAX = 8
const TRIES_MAX = 6

/**
 * Publishes messages ten at a time with several calls in flight, and takes no more from `messages`
 * than that. Resolves to how many were published.
 *
 * A call whose answer is lost is repeated, so a message may be published twice; and when this
 * rejects, some messages have been published. Order is not kept.
 *
 * @throws {QueueError} of the first message that could not be published.
 * @throws the signal's reason on abort.
 */
export async function publish(
  queue: Queue,
  messages: AsyncIterable<OutgoingMessage> | Iterable<OutgoingMessage>,
  signal: AbortSignal,
): Promise<number> {
  const calls = new Set<Promise<void>>()
  const failed = new AbortController()
  let published = 0
  const send = async (entries: OutgoingEntry[]) => {
    const outcomes = await publishEntries(queue, entries, Math.random, signal)
    const error = outcomes.find((outcome) => outcome !== undefined)
    published += outcomes.filter((outcome) => outcome === undefined).length
    if (error !== undefined) failed.abort(error)
  }
  try {
    for await (const entries of packs(queue, messages)) {
      signal.throwIfAborted()
      failed.signal.throwIfAborted()
      const call: Promise<void> = send(entries).finally(() => calls.delete(call))
      calls.add(call)
      if (calls.size >= CALLS_IN_FLIGHT_MAX) await Promise.race(calls)
    }
  } finally {
    await Promise.all(calls)
  }
  signal.throwIfAborted()
  failed.signal.throwIfAborted()
  return published
}

/** Publishes up to ten entries of at most 1 MiB together. Never rejects. */
export function publishEntries(
  queue: Queue,
  entries: readonly OutgoingEntry[],
  random: () => number,
  signal: AbortSignal,
): Promise<EntryOutcome[]> {
  return settleEntries(
    entries,
    (Entries, abortSignal) =>
      queue.client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }), {
        abortSignal,
      }),
    { verb: 'publish', queueUrl: queue.url, triesMax: TRIES_MAX, random },
    signal,
  )
}

/** What a message counts for: body, and of each attribute its name, type and value. */
export function bytesOf(entry: OutgoingEntry): number {
  const attributes = Object.entries(entry.MessageAttributes ?? {})
  return attributes.reduce(
    (bytes, [name, { DataType = '', StringValue = '', BinaryValue }]) =>
      bytes + Buffer.byteLength(name + DataType + StringValue) + (BinaryValue?.byteLength ?? 0),
    Buffer.byteLength(entry.MessageBody ?? ''),
  )
}

/** The entry with as much of its body as SQS takes beside its attributes. */
export function fitted(entry: OutgoingEntry): OutgoingEntry {
  const over = bytesOf(entry) - CALL_BYTES_MAX
  if (over <= 0) return entry
  const body = Buffer.from(entry.MessageBody ?? '')
  // A character that is cut is written as another one, which may be longer.
  const kept = body.subarray(0, Math.max(0, body.length - over - CUT_BYTES))
  return { ...entry, MessageBody: kept.toString('utf8') }
}

const CUT_BYTES = 16

/** Cuts the stream into what fits one call. */
async function* packs(
  queue: Queue,
  messages: AsyncIterable<OutgoingMessage> | Iterable<OutgoingMessage>,
): AsyncGenerator<OutgoingEntry[]> {
  let pack: OutgoingEntry[] = []
  let packBytes = 0
  for await (const message of messages) {
    const entry = entryOf(message)
    const bytes = bytesOf(entry)
    if (bytes > CALL_BYTES_MAX) throw tooLarge(queue, bytes)
    if (pack.length === CALL_ENTRIES_MAX || packBytes + bytes > CALL_BYTES_MAX) {
      yield pack
      pack = []
      packBytes = 0
    }
    pack.push(entry)
    packBytes += bytes
  }
  if (pack.length > 0) yield pack
}

function entryOf({ body, groupId, attributes, delaySeconds }: OutgoingMessage): OutgoingEntry {
  return {
    MessageBody: body,
    ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
    ...(delaySeconds === undefined ? {} : { DelaySeconds: delaySeconds }),
    ...(attributes === undefined || Object.keys(attributes).length === 0
      ? {}
      : { MessageAttributes: stringAttributes(attributes) }),
  }
}

/** Text attributes in the shape of SQS. */
export function stringAttributes(attributes: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => {
      return [name, { DataType: 'String', StringValue: value }]
    }),
  )
}

function tooLarge(queue: Queue, bytes: number): QueueError {
  const size = `${bytes} > ${CALL_BYTES_MAX} bytes`
  return new QueueError('message_too_large', `publish ${nameOf(queue.url)}: too large (${size})`)
}
