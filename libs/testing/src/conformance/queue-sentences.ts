import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { Sentence } from './sentence.ts'

export interface QueueUnderTest {
  readonly client: SQSClient
  /** Of an empty queue that no other sentence uses. */
  readonly url: string
}

async function send({ client, url }: QueueUnderTest, ...bodies: string[]): Promise<void> {
  const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }))
  await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }))
}

async function receive({ client, url }: QueueUnderTest, more: object = {}): Promise<Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: url,
    MaxNumberOfMessages: 10,
    VisibilityTimeout: 60,
    WaitTimeSeconds: 0,
    MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    MessageAttributeNames: ['All'],
    ...more,
  })
  return (await client.send(command)).Messages ?? []
}

const entry = (message: Message | undefined, Id = '0') => ({
  Id,
  ReceiptHandle: message?.ReceiptHandle ?? '',
})

async function show({ client, url }: QueueUnderTest, message: Message | undefined, seconds = 0) {
  const Entries = [{ ...entry(message), VisibilityTimeout: seconds }]
  return await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }))
}

const remove = async ({ client, url }: QueueUnderTest, ...messages: (Message | undefined)[]) =>
  await client.send(
    new DeleteMessageBatchCommand({
      QueueUrl: url,
      Entries: messages.map((message, index) => entry(message, String(index))),
    }),
  )

/** What the worker relies on, each with what SQS does by its documentation. */
export const queueSentences: readonly Sentence<QueueUnderTest>[] = [
  {
    title: 'what is sent is received, once while it is hidden',
    run: async (queue) => {
      await send(queue, 'a', 'b', 'c')
      const bodies = (await receive(queue)).map(({ Body = '' }) => Body)
      return [bodies.toSorted(), (await receive(queue)).length]
    },
    wanted: [['a', 'b', 'c'], 0],
  },
  {
    title: 'visibility 0 makes a message visible at once, and the receives are counted',
    run: async (queue) => {
      await send(queue, 'a')
      const [first] = await receive(queue)
      await show(queue, first)
      const [second] = await receive(queue)
      return [first, second].map((message) => message?.Attributes?.ApproximateReceiveCount)
    },
    wanted: ['1', '2'],
  },
  {
    title: 'each receive gives another handle, and the id stays',
    run: async (queue) => {
      await send(queue, 'a')
      const [first] = await receive(queue)
      await show(queue, first)
      const [second] = await receive(queue)
      return [
        first?.MessageId === second?.MessageId,
        first?.ReceiptHandle === second?.ReceiptHandle,
      ]
    },
    wanted: [true, false],
  },
  {
    title: 'a deleted message does not come again, and deleting it again is a success',
    run: async (queue) => {
      await send(queue, 'a')
      const [message] = await receive(queue)
      await remove(queue, message)
      const { Failed = [] } = await remove(queue, message)
      return [Failed.length, (await receive(queue, { VisibilityTimeout: 0 })).length]
    },
    wanted: [0, 0],
  },
  {
    // Whether the message is gone, AWS does not promise.
    title: 'a delete by the handle of an earlier receive is a success',
    run: async (queue) => {
      await send(queue, 'a')
      const [first] = await receive(queue)
      await show(queue, first)
      await receive(queue)
      const { Successful = [], Failed = [] } = await remove(queue, first)
      return [Successful.length, Failed.length]
    },
    wanted: [1, 0],
  },
  {
    title: 'the visibility of a message that is not in flight cannot be changed',
    run: async (queue) => {
      await send(queue, 'a')
      const [message] = await receive(queue)
      await show(queue, message)
      const { Failed = [] } = await show(queue, message, 30)
      return Failed.length
    },
    wanted: 1,
  },
  {
    title: 'a handle of nobody fails alone in its batch, with HTTP 200',
    run: async (queue) => {
      await send(queue, 'a')
      const [message] = await receive(queue)
      const { Successful = [], Failed = [] } = await remove(queue, message, {
        ReceiptHandle: 'of-nobody',
      })
      return [Successful.length, Failed.length]
    },
    wanted: [1, 1],
  },
  {
    title: 'attributes and the group come back with the message',
    run: async (queue) => {
      const MessageAttributes = { reason: { DataType: 'String', StringValue: 'so' } }
      const one = { Id: '0', MessageBody: 'a', MessageGroupId: 'j-1', MessageAttributes }
      await queue.client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries: [one] }))
      const more = { MessageSystemAttributeNames: ['MessageGroupId'] }
      const [message] = await receive(queue, more)
      const { MessageAttributes: got, Attributes } = message ?? {}
      return [got?.['reason']?.StringValue, Attributes?.MessageGroupId]
    },
    wanted: ['so', 'j-1'],
  },
  {
    title: 'a message with a delay is not there yet',
    run: async (queue) => {
      const one = { Id: '0', MessageBody: 'a', DelaySeconds: 60 }
      await queue.client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries: [one] }))
      return (await receive(queue)).length
    },
    wanted: 0,
  },
]
