import type { AddressInfo } from 'node:net'
import { CreateQueueCommand, GetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import { buildApp } from 'fauxqs'
import { type QueueDepth, readDepth } from './calls/depth.ts'
import { createQueueClient, type Queue } from './calls/queue.ts'
import type { WorkerQueues } from './calls/message-calls.ts'

/** An SQS on loopback, in this process. */
export interface Emulator {
  readonly endpointUrl: string
  createQueue(name: string, attributes?: Record<string, string>): Promise<WorkerQueues>
  /** A queue with its dead-letter queue. */
  createQueues(name: string, maxReceiveCount: number): Promise<Required<WorkerQueues>>
  close(): Promise<void>
}

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }

export async function startEmulator(): Promise<Emulator> {
  const app = buildApp({ logger: false })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const endpointUrl = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const region = 'us-east-1'
  const receiver = createQueueClient({ region, endpointUrl, use: 'receive', credentials })
  const client = createQueueClient({ region, endpointUrl, use: 'acknowledge', credentials })

  const createQueue = async (name: string, Attributes: Record<string, string> = {}) => {
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes }))
    const url = QueueUrl as string
    return { receive: { client: receiver, url }, acknowledge: { client, url } }
  }
  return {
    endpointUrl,
    createQueue,
    async createQueues(name, maxReceiveCount) {
      const { acknowledge: deadLetter } = await createQueue(`${name}-dlq`)
      const { QueueArn } = await attributesOf(deadLetter)
      const policy = JSON.stringify({ deadLetterTargetArn: QueueArn, maxReceiveCount })
      return { ...(await createQueue(name, { RedrivePolicy: policy })), deadLetter }
    },
    async close() {
      receiver.destroy()
      client.destroy()
      await app.close()
    },
  }
}

export const countsOf = (queue: Queue): Promise<QueueDepth> =>
  readDepth(queue, AbortSignal.timeout(10_000))

async function attributesOf({ client, url }: Queue): Promise<Record<string, string | undefined>> {
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] })
  return (await client.send(command)).Attributes ?? {}
}
