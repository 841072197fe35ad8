import type { buildApp } from 'fauxqs'
import { createFairLine } from './fair-line.ts'

/*
 * SQS is fair between the message groups of a standard queue
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html): a
 * group with many messages in flight does not keep the others waiting. fauxqs forgets the groups of
 * standard queues. Here they are kept, told on receive, and looked at when a message is chosen.
 */

/** Of the inside of fauxqs, no more than what is changed here. */
interface Message {
  readonly messageAttributes: object
  messageGroupId?: string | undefined
}
interface SqsQueue {
  messages: unknown
  readonly inflightMessages: ReadonlyMap<string, { readonly message: Message }>
  enqueue(message: Message): void
  isFifo(): boolean
}
interface SqsStore {
  createQueue(...facts: unknown[]): SqsQueue
}

const PUBLISHING = new Set(['AmazonSQS.SendMessage', 'AmazonSQS.SendMessageBatch'])

interface Entry {
  MessageAttributes?: object
  readonly MessageGroupId?: string
}

/** Stores for `buildApp` whose standard queues are fair, and what its requests must pass through. */
export async function createFairStores(): Promise<{
  readonly stores: NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>
  listen(app: ReturnType<typeof buildApp>): void
}> {
  // fauxqs takes a store and does not export what one is made of.
  const module = new URL('sqs/sqsStore.js', import.meta.resolve('fauxqs')).href
  const { SqsStore } = (await import(module)) as { SqsStore: new () => SqsStore }
  /** By the very object that the message will hold; the group itself goes no further in fauxqs. */
  const groups = new WeakMap<object, string>()
  const store = new SqsStore()
  const createQueue = store.createQueue.bind(store)
  store.createQueue = (...facts) => {
    const queue = createQueue(...facts)
    if (!queue.isFifo()) makeFair(queue, groups)
    return queue
  }
  return {
    // It makes itself the stores that are not given, whatever its types say.
    stores: { sqsStore: store } as never,
    listen(app) {
      app.addHook('preHandler', async ({ headers, body }) => {
        if (!PUBLISHING.has(String(headers['x-amz-target']))) return
        const { Entries: entries = [body as Entry] } = body as { readonly Entries?: Entry[] }
        for (const entry of entries) {
          if (entry.MessageGroupId === undefined) continue
          entry.MessageAttributes ??= {}
          groups.set(entry.MessageAttributes, entry.MessageGroupId)
        }
      })
    },
  }
}

function makeFair(queue: SqsQueue, groups: WeakMap<object, string>): void {
  const inFlight = (): Map<string, number> => {
    const counts = new Map<string, number>()
    for (const { message } of queue.inflightMessages.values()) {
      const group = message.messageGroupId ?? ''
      counts.set(group, (counts.get(group) ?? 0) + 1)
    }
    return counts
  }
  const line = createFairLine<Message>((message) => message.messageGroupId ?? '', inFlight)
  // A purge sets an array in its place.
  Object.defineProperty(queue, 'messages', {
    get: () => line,
    set() {
      line.clear()
    },
  })
  const enqueue = queue.enqueue.bind(queue)
  queue.enqueue = (message) => {
    const group = groups.get(message.messageAttributes)
    if (group !== undefined) message.messageGroupId = group
    enqueue(message)
  }
}
