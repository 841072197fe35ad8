import { setTimeout as work } from 'node:timers/promises'
import { createQueueClient } from '../calls/queue.ts'
import { createWorker } from './worker.ts'

/*
 * A worker in a process of its own, for tests that kill it: `node worker-process.ts ENDPOINT QUEUE`.
 * It prints the body of each message once its work is done, before it is acknowledged. SIGTERM drains.
 */

const [, , endpointUrl = '', url = ''] = process.argv
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
const connection = { region: 'us-east-1', endpointUrl, credentials }
const worker = createWorker({
  queue: {
    receive: { url, client: createQueueClient({ ...connection, use: 'receive' }) },
    acknowledge: { url, client: createQueueClient({ ...connection, use: 'acknowledge' }) },
  },
  concurrency: 8,
  visibilityTimeoutSeconds: 3,
  receiveWaitSeconds: 1,
  logger: { info() {}, warn: console.error, error: console.error },
  async handle({ body }) {
    await work(5 + Math.random() * 20)
    process.stdout.write(`${body}\n`)
    return { kind: 'acknowledge' }
  },
})
const drain = new AbortController()
process.on('SIGTERM', () => drain.abort())
await worker.run({ drain: drain.signal, abort: new AbortController().signal })
process.exit(0)
