import {
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'
import { afterEach, describe, expect, test } from 'vitest'
import { type CloudError, portError } from './cloud-error.ts'
import { type Cloud, type CloudOptions, startCloud } from './index.ts'

const closing: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function cloudWith(options: CloudOptions): Promise<Cloud> {
  const cloud = await startCloud(options)
  closing.push(() => cloud.close())
  return cloud
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'millrace-cloud-'))
  closing.push(() => rm(path, { recursive: true }))
  return path
}

function sqsOf(cloud: Cloud): SQSClient {
  const client = new SQSClient({
    region: 'us-east-1',
    endpoint: cloud.env['AWS_ENDPOINT_URL_SQS'] ?? '',
    credentials: cloud.credentials,
  })
  closing.push(() => client.destroy())
  return client
}

function tableOf(cloud: Cloud) {
  const client = new DynamoDBClient({
    region: 'us-east-1',
    endpoint: cloud.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? '',
    credentials: cloud.credentials,
  })
  closing.push(() => client.destroy())
  return { client, TableName: cloud.env['MILLRACE_LEDGER_TABLE'] ?? '' }
}

describe('queues', () => {
  test('a message group that comes late does not wait for a long line of another', async () => {
    const cloud = await cloudWith({})
    const client = sqsOf(cloud)
    const QueueUrl = cloud.env['MILLRACE_BATCHES_QUEUE_URL'] ?? ''
    const send = (MessageGroupId: string | undefined, count: number) =>
      client.send(
        new SendMessageBatchCommand({
          QueueUrl,
          Entries: Array.from({ length: count }, (_, entry) => ({
            Id: String(entry),
            MessageBody: `${MessageGroupId} ${entry}`,
            ...(MessageGroupId === undefined ? {} : { MessageGroupId }),
          })),
        }),
      )
    const receive = async (MaxNumberOfMessages: number) => {
      const MessageSystemAttributeNames = ['MessageGroupId' as const]
      const command = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages,
        MessageSystemAttributeNames,
      })
      const { Messages = [] } = await client.send(command)
      return Messages.map(({ Attributes }) => Attributes?.MessageGroupId)
    }
    await send('large', 10)
    await send('large', 10)
    expect(await receive(4)).toEqual(['large', 'large', 'large', 'large'])
    await send('small', 3)
    await send(undefined, 1)
    const next = await receive(4)
    expect(next.filter((group) => group === 'small')).toHaveLength(3)
    expect(next).toContain(undefined)
    expect(await receive(2)).toEqual(['large', 'large'])
  })

  test.for(['JOBS', 'BATCHES', 'COMPLETIONS'])(
    '%s is named by the loopback address',
    async (name) => {
      const cloud = await cloudWith({})
      const address = new URL(cloud.env['AWS_ENDPOINT_URL_SQS'] ?? '').host
      const url = cloud.env[`MILLRACE_${name}_QUEUE_URL`] ?? ''
      const QueueName = `millrace-${name.toLowerCase()}`

      expect(new URL(url).host).toBe(address)
      expect(await sqsOf(cloud).send(new GetQueueUrlCommand({ QueueName }))).toMatchObject({
        QueueUrl: url,
      })
    },
  )

  test('a message received too often goes to the dead-letter queue', async () => {
    const cloud = await cloudWith({ attemptsMax: 2 })
    const sqs = sqsOf(cloud)
    const QueueUrl = cloud.env['MILLRACE_BATCHES_QUEUE_URL']
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }))
    const receive = (url: string | undefined) =>
      sqs.send(new ReceiveMessageCommand({ QueueUrl: url, VisibilityTimeout: 0 }))

    expect((await receive(QueueUrl)).Messages).toHaveLength(1)
    expect((await receive(QueueUrl)).Messages).toHaveLength(1)
    expect((await receive(QueueUrl)).Messages).toBeUndefined()
    const dead = await receive(cloud.env['MILLRACE_BATCHES_DLQ_URL'])
    expect(dead.Messages?.map((message) => message.Body)).toEqual(['poison'])
  })

  test.for([
    { deliver: true, bodies: ['a', 'a', 'b', 'b', 'c', 'c'] },
    { deliver: false, bodies: ['a', 'b', 'c'] },
  ])('with deliverTwice $deliver, delivers $bodies', async ({ deliver, bodies }) => {
    const cloud = await cloudWith({ deliverTwice: deliver })
    const sqs = sqsOf(cloud)
    const QueueUrl = cloud.env['MILLRACE_JOBS_QUEUE_URL']
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }))
    const Entries = ['b', 'c'].map((body) => ({ Id: body, MessageBody: body }))
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))
    const received = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    )

    expect(received.Messages?.map((message) => message.Body).sort()).toEqual(bodies)
    expect(new Set(received.Messages?.map((message) => message.MessageId)).size).toBe(bodies.length)
  })
})

describe('ledger', () => {
  test('has its table ready when the cloud has started', async () => {
    const { client, TableName } = tableOf(await cloudWith({}))
    const { Table } = await client.send(new DescribeTableCommand({ TableName }))

    expect(Table?.TableStatus).toBe('ACTIVE')
    expect(Table?.GlobalSecondaryIndexes?.map((index) => index.IndexStatus)).toEqual([
      'ACTIVE',
      'ACTIVE',
    ])
  })

  test('in a folder, goes on where it was', async () => {
    const stateDir = await folder()
    const Item = { PK: { S: 'a' }, SK: { S: 'b' }, value: { N: '1' } }
    const first = await cloudWith({ stateDir })
    const before = tableOf(first)
    await before.client.send(new PutItemCommand({ TableName: before.TableName, Item }))
    await first.close()
    const { client, TableName } = tableOf(await cloudWith({ stateDir }))
    const Key = { PK: Item.PK, SK: Item.SK }

    expect(await client.send(new GetItemCommand({ TableName, Key }))).toMatchObject({ Item })
  })

  test('a folder in use is refused and stays usable by its owner', async () => {
    const stateDir = await folder()
    const owner = tableOf(await cloudWith({ stateDir }))

    await expect(startCloud({ stateDir })).rejects.toMatchObject({
      code: 'state_in_use',
      message: expect.stringContaining('the folder is in use by another process'),
    })
    await owner.client.send(new DescribeTableCommand({ TableName: owner.TableName }))
  })

  test('of several that open a folder at once, one has it', async () => {
    const stateDir = await folder()
    const opening = Array.from({ length: 6 }, async () => {
      // Each asks again, as a command does, and one of them in the very moment in which another has looked.
      for (let asked = 1; ; asked += 1) {
        try {
          return await cloudWith({ stateDir })
        } catch (error) {
          if (asked === 20) return (error as CloudError).code
        }
      }
    })
    const clouds = await Promise.all(opening)
    const owners = clouds.filter((cloud) => typeof cloud !== 'string')
    expect(clouds.filter((cloud) => typeof cloud === 'string')).toEqual(
      Array.from({ length: 5 }, () => 'state_in_use'),
    )
    const [owner] = owners.map(tableOf)
    await owner?.client.send(new DescribeTableCommand({ TableName: owner.TableName }))
  })

  test('a folder that is a file is refused in one sentence', async () => {
    await expect(startCloud({ stateDir: import.meta.filename })).rejects.toMatchObject({
      code: 'state_unreadable',
    })
  })

  test('a folder that cannot be made is refused and not tried for ever', async () => {
    for (const stateDir of ['/proc/millrace', join(await folder(), 'missing', 'state')]) {
      await expect(startCloud({ stateDir })).rejects.toMatchObject({
        code: 'state_unreadable',
        message: expect.stringContaining('ENOENT'),
      })
    }
  })
})

test('on a port in use, names the port and frees the rest', async () => {
  const stateDir = await folder()
  const taken = createServer()
  const { promise, resolve } = Promise.withResolvers<void>()
  taken.listen({ host: '127.0.0.1', port: 0 }, resolve)
  await promise
  closing.push(() => void taken.close())
  const { port } = taken.address() as { port: number }

  await expect(startCloud({ port, stateDir })).rejects.toMatchObject({
    code: 'port_in_use',
    message: `listen on 127.0.0.1:${port}: the port is in use by another process`,
  })
  await cloudWith({ stateDir })
})

test('on a port that the system refuses, names the port and its reason', () => {
  const cause = Object.assign(new Error('listen'), { code: 'EACCES' })
  expect(portError(80, cause)).toMatchObject({
    code: 'port_refused',
    message: 'listen on 127.0.0.1:80: EACCES',
    cause,
  })
})

test('a client that dies in the middle of a request harms nobody', async () => {
  const cloud = await cloudWith({})
  const { hostname, port } = new URL(cloud.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? '')
  const socket = connect(Number(port), hostname)
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{')
  await once(socket, 'connect')
  const { client, TableName } = tableOf(cloud)
  await client.send(new DescribeTableCommand({ TableName }))
  socket.resetAndDestroy()

  const { Table } = await client.send(new DescribeTableCommand({ TableName }))
  expect(Table?.TableStatus).toBe('ACTIVE')
})

test('closed under load, ends every request and throws nowhere', async () => {
  const cloud = await startCloud()
  const { client, TableName } = tableOf(cloud)
  const Item = (index: number) => ({ PK: { S: `${index}` }, SK: { S: 'a' } })
  const puts = Array.from({ length: 200 }, (_, index) =>
    client.send(new PutItemCommand({ TableName, Item: Item(index) })),
  )
  const settled = Promise.allSettled(puts)
  await puts[0]
  await cloud.close()
  const outcomes = await settled

  expect(outcomes.map(({ status }) => status)).toContain('fulfilled')
  expect(outcomes.map(({ status }) => status)).toContain('rejected')
})

test('closing twice is harmless', async () => {
  const cloud = await startCloud()
  await cloud.close()

  await expect(cloud.close()).resolves.toBeUndefined()
})
