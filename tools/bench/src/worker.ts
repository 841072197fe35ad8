import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { CreateQueueCommand } from '@aws-sdk/client-sqs'
import { createQueueClient, createWorker, publish, type WorkerQueues } from '@millrace/queue'
import { buildApp } from 'fauxqs'
import { Consumer } from 'sqs-consumer'

/*
 * How near the worker comes to what its slots can do when a few messages are slow. Plain sqs-consumer
 * waits for the slowest of ten before it receives again. The emulator runs in this very process, so
 * what it costs is charged to both.
 */

const MESSAGES = 400
const SLOTS = 10
const FAST_MS = 40
const SLOW_MS = 1_000
/** One in so many is slow: 5 %. */
const SLOW_EVERY = 20
/** The bar: the time of the slots alone divided by ours, the median of the rounds. */
const SHARE_MIN = 0.95
const ROUNDS = 3

/** How far the queue is: as near as can be, and as SQS is from a container in its region. */
const LATENCIES_MS = [0, 15]

const signal = new AbortController().signal
const bodies = Array.from({ length: MESSAGES }, (_, index) => ({ body: String(index) }))
const workMs = (body: string) => (Number(body) % SLOW_EVERY === SLOW_EVERY / 2 ? SLOW_MS : FAST_MS)

/** Prints ideal, ours and plain sqs-consumer; sets the exit code when ours is below the bar. */
export async function main(): Promise<void> {
  const load = `${100 / SLOW_EVERY} % slow (${SLOW_MS} ms against ${FAST_MS} ms)`
  console.log(`${MESSAGES} messages, ${load}, ${SLOTS} slots, ideal ${idealMs()} ms`)
  for (const latencyMs of LATENCIES_MS) {
    await using emulator = await startEmulator(latencyMs)
    const shares: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const aloneMs = await timeAlone()
      const oursMs = await timeOurs(await emulator.createQueue(`ours-${round}`))
      shares.push(aloneMs / oursMs)
      print(latencyMs, 'the slots alone', aloneMs)
      print(latencyMs, 'millrace', oursMs)
    }
    // Once is enough: it takes five times as long, wherever the queue is.
    if (latencyMs === 0) {
      print(latencyMs, 'sqs-consumer', await timePlain(await emulator.createQueue('plain')))
    }
    judge(latencyMs, shares)
  }
}

/**
 * The bar is held against the slots alone, measured in the same minute: timers that come late on a busy
 * machine are not the worker's.
 */
function judge(latencyMs: number, shares: readonly number[]): void {
  const median = shares.toSorted((a, b) => a - b)[Math.floor(shares.length / 2)] ?? 0
  const words = `millrace at ${latencyMs} ms: ${(100 * median).toFixed(1)} % of the slots alone`
  console.log(words)
  if (median >= SHARE_MIN) return
  console.error(`${words}: below the bar of ${SHARE_MIN * 100} %`)
  process.exitCode = 1
}

function print(latencyMs: number, name: string, ms: number): void {
  const share = ((100 * idealMs()) / ms).toFixed(1)
  const cells = [`  queue at ${latencyMs} ms`, name, `${ms.toFixed(0)} ms`, `${share} % of ideal`]
  console.log(cells.map((cell) => cell.padEnd(18)).join(''))
}

/** The messages in order, each to the slot that is free first, at no cost. */
function idealMs(): number {
  const freeAtMs = Array.from({ length: SLOTS }, () => 0)
  for (const { body } of bodies) {
    const first = freeAtMs.indexOf(Math.min(...freeAtMs))
    freeAtMs[first] = (freeAtMs[first] ?? 0) + workMs(body)
  }
  return Math.max(...freeAtMs)
}

/** The same work in as many slots without any queue. */
async function timeAlone(): Promise<number> {
  const startedAtMs = performance.now()
  const left = bodies.values()
  const slot = async () => {
    for (const { body } of left) await sleep(workMs(body))
  }
  await Promise.all(Array.from({ length: SLOTS }, slot))
  return performance.now() - startedAtMs
}

async function timeOurs(queue: WorkerQueues): Promise<number> {
  await publish(queue.acknowledge, bodies, signal)
  const drain = new AbortController()
  let handled = 0
  const worker = createWorker({
    queue,
    concurrency: SLOTS,
    visibilityTimeoutSeconds: 30,
    receiveWaitSeconds: 1,
    logger: console,
    async handle({ body }) {
      await sleep(workMs(body))
      handled += 1
      if (handled === MESSAGES) ended.resolve(performance.now())
      return { kind: 'acknowledge' }
    },
  })
  const ended = Promise.withResolvers<number>()
  const startedAtMs = performance.now()
  const run = worker.run({ drain: drain.signal, abort: signal })
  const endedAtMs = await ended.promise
  drain.abort()
  await run
  return endedAtMs - startedAtMs
}

async function timePlain({ receive, acknowledge }: WorkerQueues): Promise<number> {
  await publish(acknowledge, bodies, signal)
  const ended = Promise.withResolvers<number>()
  let handled = 0
  const consumer = Consumer.create({
    queueUrl: receive.url,
    sqs: receive.client,
    batchSize: SLOTS,
    visibilityTimeout: 30,
    waitTimeSeconds: 1,
    async handleMessage(message) {
      await sleep(workMs(message.Body ?? ''))
      handled += 1
      if (handled === MESSAGES) ended.resolve(performance.now())
      return message
    },
  })
  consumer.on('error', ended.reject)
  const startedAtMs = performance.now()
  consumer.start()
  const endedAtMs = await ended.promise
  consumer.stop()
  return endedAtMs - startedAtMs
}

async function startEmulator(latencyMs: number) {
  const app = buildApp({ logger: false })
  if (latencyMs > 0) app.addHook('onRequest', () => sleep(latencyMs))
  await app.listen({ host: '127.0.0.1', port: 0 })
  const endpointUrl = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' }
  const connection = { region: 'us-east-1', endpointUrl, credentials }
  const receiver = createQueueClient({ ...connection, use: 'receive' })
  const client = createQueueClient({ ...connection, use: 'acknowledge' })
  return {
    async createQueue(name: string): Promise<WorkerQueues> {
      const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name }))
      const url = QueueUrl as string
      return { receive: { client: receiver, url }, acknowledge: { client, url } }
    },
    async [Symbol.asyncDispose]() {
      receiver.destroy()
      client.destroy()
      await app.close()
    },
  }
}
