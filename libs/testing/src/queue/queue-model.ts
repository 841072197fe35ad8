import type {
  ChangeMessageVisibilityBatchCommandInput,
  DeleteMessageBatchCommandInput,
  Message,
  MessageAttributeValue,
  ReceiveMessageCommandInput,
  SendMessageBatchCommandInput,
} from '@aws-sdk/client-sqs'
import type { Random } from '../random.ts'

/** One message as SQS keeps it. */
export interface StoredMessage {
  id: string
  readonly body: string
  readonly groupId: string | undefined
  readonly attributes: Record<string, MessageAttributeValue>
  readonly sentAtMs: number
  visibleAtMs: number
  receives: number
  /** Of the last receive; an older one may still delete, but cannot change visibility any more. */
  handle: string | undefined
}

export interface QueueModelOptions {
  readonly nowMs: () => number
  readonly random: Random
  /** Runs something later: for long polls. */
  readonly after: (delayMs: number, run: () => void) => void
  readonly visibilityTimeoutSeconds: number
  /** After so many receives a message is moved instead of delivered. */
  readonly redrive?: { readonly to: QueueModel; readonly receivesMax: number }
  /** How likely a delivered message stays visible: at-least-once delivery. */
  readonly duplicates?: () => number
  /** Told of each that does. */
  readonly onDuplicate?: () => void
  /** How likely one entry of a batch call fails, with HTTP 200. */
  readonly entryFailures?: () => number
  /** Where deletes do less than they say: without it all of them last. */
  readonly deletes?: DeleteFaults
  /** Told of the body of each message that is sent to it, which one that is added is not. */
  readonly onSend?: (body: string) => void
  /** Told of each message that is deleted, before it is gone. */
  readonly onDelete?: (message: StoredMessage) => void
}

/**
 * What AWS leaves open about a delete that succeeds.
 *
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
 */
export interface DeleteFaults {
  /** A stream of its own, so that all else goes as it would without these faults. */
  readonly random: Random
  /** How likely one by the handle of an earlier receive does nothing. */
  readonly ignored: () => number
  /** How likely the message is received again: a server that was away by the delete has a copy of it. */
  readonly undone: () => number
  /** Told of each as it happens. */
  readonly onFault?: (kind: 'delete_ignored' | 'delete_undone') => void
}

type Answer = (messages: Message[]) => void

/** One standard SQS queue. What it answers stands for the whole answer of the call. */
export interface QueueModel {
  send(input: SendMessageBatchCommandInput): object
  /** Answers at once, or when there is something, or when the wait is over. */
  receive(input: ReceiveMessageCommandInput, answer: Answer): void
  delete(input: DeleteMessageBatchCommandInput): object
  changeVisibility(input: ChangeMessageVisibilityBatchCommandInput): object
  /** Puts a message in as a redrive does: a new id and no receives. */
  add(message: Pick<StoredMessage, 'body' | 'groupId' | 'attributes'>): void
  /** Every message that is there, hidden ones too. */
  readonly messages: ReadonlySet<StoredMessage>
  purge(): void
}

interface Poll {
  readonly entries: number
  readonly visibilitySeconds: number
  readonly answer: Answer
  open: boolean
}

/** Until a copy that its delete has not reached is received, from and to. */
const UNDONE_AFTER_MS = [100, 10 * 60_000] as const

export function createQueueModel(options: QueueModelOptions): QueueModel {
  const { nowMs, random, after } = options
  const messages = new Set<StoredMessage>()
  const handles = new Map<string, StoredMessage>()
  let polls: Poll[] = []
  let ids = 0

  const put = (
    message: Pick<StoredMessage, 'body' | 'groupId' | 'attributes'>,
    delayMs: number,
  ) => {
    const visibleAtMs = nowMs() + delayMs
    const id = `m${ids++}`
    messages.add({ ...message, id, sentAtMs: nowMs(), visibleAtMs, receives: 0, handle: undefined })
    serveAt(visibleAtMs)
    return id
  }
  const serveAt = (atMs: number): void => {
    if (polls.length > 0) after(atMs - nowMs(), serve)
  }
  /** Gives what is visible to who waits for it. */
  function serve(): void {
    while (polls.length > 0) {
      const [poll] = polls
      if (poll === undefined) return
      const found = poll.open ? take(poll) : []
      if (poll.open && found.length === 0) return
      polls = polls.slice(1)
      if (poll.open) end(poll, found)
    }
  }
  function end(poll: Poll, found: Message[]): void {
    poll.open = false
    poll.answer(found)
  }
  /** Any of the visible ones, in any order. */
  function take(poll: Poll): Message[] {
    const visible = [...messages].filter(({ visibleAtMs }) => visibleAtMs <= nowMs())
    const taken: Message[] = []
    while (visible.length > 0 && taken.length < poll.entries) {
      const [message] = visible.splice(random.int(0, visible.length - 1), 1)
      if (message === undefined) break
      if (!moveWhenSpent(message)) taken.push(deliver(message, poll))
    }
    return taken
  }
  function moveWhenSpent(message: StoredMessage): boolean {
    const { redrive } = options
    if (redrive === undefined || message.receives < redrive.receivesMax) return false
    messages.delete(message)
    redrive.to.add(message)
    return true
  }
  function deliver(message: StoredMessage, { visibilitySeconds }: Poll): Message {
    message.receives += 1
    message.handle = `${message.id}/${message.receives}`
    handles.set(message.handle, message)
    const stays = random.chance(options.duplicates?.() ?? 0)
    if (stays) options.onDuplicate?.()
    else hide(message, visibilitySeconds)
    return {
      MessageId: message.id,
      ReceiptHandle: message.handle,
      Body: message.body,
      MessageAttributes: message.attributes,
      Attributes: {
        ApproximateReceiveCount: String(message.receives),
        SentTimestamp: String(message.sentAtMs),
        ...(message.groupId === undefined ? {} : { MessageGroupId: message.groupId }),
      },
    }
  }
  function hide(message: StoredMessage, seconds: number): void {
    message.visibleAtMs = nowMs() + seconds * 1_000
    serveAt(message.visibleAtMs)
  }
  function isIgnored(message: StoredMessage, handle: string): boolean {
    return message.handle !== handle && deleteFails('ignored', 'delete_ignored')
  }
  function remove(message: StoredMessage): void {
    options.onDelete?.(message)
    messages.delete(message)
    if (!deleteFails('undone', 'delete_undone')) return
    after(options.deletes?.random.log(...UNDONE_AFTER_MS) ?? 0, () => {
      messages.add(message)
      hide(message, 0)
    })
  }
  function deleteFails(
    which: 'ignored' | 'undone',
    kind: 'delete_ignored' | 'delete_undone',
  ): boolean {
    const { deletes } = options
    if (deletes === undefined || !deletes.random.chance(deletes[which]())) return false
    deletes.onFault?.(kind)
    return true
  }
  /** The answer of a batch call: what `act` refuses, and what fails by chance, is among the failed. */
  function batch<E extends { Id: string | undefined }>(
    entries: readonly E[] | undefined,
    act: (entry: E) => object | undefined,
  ): object {
    const Successful: object[] = []
    const Failed: object[] = []
    for (const entry of entries ?? []) {
      const { Id } = entry
      if (random.chance(options.entryFailures?.() ?? 0)) {
        Failed.push({
          Id,
          Code: 'InternalError',
          Message: 'We have seen it fail',
          SenderFault: false,
        })
        continue
      }
      const refusal = act(entry)
      if (refusal === undefined) Successful.push({ Id })
      else Failed.push({ Id, ...refusal })
    }
    return Failed.length === 0 ? { Successful } : { Successful, Failed }
  }

  return {
    send: ({ Entries }) =>
      batch(
        Entries,
        ({ MessageBody = '', DelaySeconds = 0, MessageGroupId, MessageAttributes }) => {
          const attributes = MessageAttributes ?? {}
          put({ body: MessageBody, groupId: MessageGroupId, attributes }, DelaySeconds * 1_000)
          options.onSend?.(MessageBody)
          return undefined
        },
      ),
    receive({ MaxNumberOfMessages = 1, VisibilityTimeout, WaitTimeSeconds = 0 }, answer) {
      const visibilitySeconds = VisibilityTimeout ?? options.visibilityTimeoutSeconds
      const poll: Poll = { entries: MaxNumberOfMessages, visibilitySeconds, answer, open: true }
      const found = take(poll)
      if (found.length > 0 || WaitTimeSeconds === 0) {
        answer(found)
        return
      }
      polls.push(poll)
      const hidden = [...messages].map(({ visibleAtMs }) => visibleAtMs)
      const next = Math.min(...hidden, Number.POSITIVE_INFINITY)
      if (next < nowMs() + WaitTimeSeconds * 1_000) serveAt(next)
      after(WaitTimeSeconds * 1_000, () => poll.open && end(poll, []))
    },
    delete: ({ Entries }) =>
      batch(Entries, ({ ReceiptHandle = '' }) => {
        const message = handles.get(ReceiptHandle)
        if (message === undefined) return { Code: 'ReceiptHandleIsInvalid', SenderFault: true }
        if (messages.has(message) && !isIgnored(message, ReceiptHandle)) remove(message)
        return undefined
      }),
    changeVisibility: ({ Entries }) =>
      batch(Entries, ({ ReceiptHandle = '', VisibilityTimeout = 0 }) => {
        const message = handles.get(ReceiptHandle)
        if (message === undefined) return { Code: 'ReceiptHandleIsInvalid', SenderFault: true }
        const held = messages.has(message) && message.visibleAtMs > nowMs()
        if (!held || message.handle !== ReceiptHandle) {
          return { Code: 'AWS.SimpleQueueService.MessageNotInflight', SenderFault: true }
        }
        hide(message, VisibilityTimeout)
        return undefined
      }),
    add: (message) => void put(message, 0),
    messages,
    purge: () => messages.clear(),
  }
}
