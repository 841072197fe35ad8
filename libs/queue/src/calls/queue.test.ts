import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ListQueuesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { limits } from '@millrace/job'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createQueueClient } from './queue.ts'

/** A server that notes what it is asked, and answers 503 or not at all. */
let answers = true
let server: Server
let endpointUrl: string
const hosts: (string | undefined)[] = []
beforeAll(async () => {
  server = createServer((request, response) => {
    hosts.push(request.headers.host)
    if (!answers) return
    response.writeHead(503, { 'content-type': 'application/x-amz-json-1.0' })
    response.end(JSON.stringify({ __type: 'ServiceUnavailable' }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  endpointUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
const connection = () => ({ region: 'eu-central-1', endpointUrl, credentials })

test('makes one request per call: retries are ours', async () => {
  const client = createQueueClient({ ...connection(), use: 'acknowledge' })
  hosts.length = 0
  await expect(client.send(new ListQueuesCommand())).rejects.toThrow()
  expect(hosts).toHaveLength(1)
  client.destroy()
})

test("without an endpoint, goes to its region's whatever host the queue URL names", async () => {
  const client = createQueueClient({ region: 'eu-central-1', credentials })
  const requested: string[] = []
  client.middlewareStack.add(
    () => async (args) => {
      requested.push((args.request as { hostname: string }).hostname)
      throw new Error('not sent')
    },
    { step: 'finalizeRequest', priority: 'low' },
  )
  const QueueUrl = 'https://sqs.us-west-2.amazonaws.com/123456789012/elsewhere'
  await expect(client.send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toThrow('not sent')
  expect(requested).toEqual(['sqs.eu-central-1.amazonaws.com'])
  client.destroy()
})

test('goes to its endpoint whatever host the queue URL names', async () => {
  const client = createQueueClient({ ...connection(), use: 'receive' })
  hosts.length = 0
  const QueueUrl = 'https://sqs.us-west-2.amazonaws.com/123456789012/elsewhere'
  await expect(client.send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toThrow()
  expect(hosts).toEqual([new URL(endpointUrl).host])
  client.destroy()
})

test.for([
  { use: 'receive', timeoutMs: (limits.receiveWaitSeconds + 10) * 1_000 },
  { use: 'acknowledge', timeoutMs: 10_000 },
] as const)('to $use, fails after $timeoutMs ms without an answer', async ({ use, timeoutMs }) => {
  const client = createQueueClient({ ...connection(), use })
  const asked = once(server, 'request')
  answers = false
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const call = client.send(new ListQueuesCommand()).catch((error: Error) => error.name)
    const ended = vi.fn()
    void call.then(ended)
    await asked
    await vi.advanceTimersByTimeAsync(timeoutMs - 100)
    expect(ended).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(100)
    expect(await call).toBe('TimeoutError')
  } finally {
    vi.useRealTimers()
    answers = true
    client.destroy()
  }
})
