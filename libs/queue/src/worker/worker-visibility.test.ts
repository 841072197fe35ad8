import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { setTimeout as work } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publish } from '../calls/publish.ts'
import type { Queue } from '../calls/queue.ts'
import type { QueueError } from '../calls/queue-error.ts'
import { countsOf, type Emulator, startEmulator } from '../emulator.fixture.ts'
import { noting, runWorker } from './run-worker.fixture.ts'

/*
 * Work that outlasts its visibility, on real clocks: SQS's is not ours to turn. Two workers wait on
 * the queue, so that a message which becomes visible is delivered again at once.
 */

const never = new AbortController().signal
/** The shortest that a busy machine does not miss: waiting takes no CPU. */
const short = { visibilityTimeoutSeconds: 4, concurrency: 1 }
const LONG_MS = 6_000

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator()
})
afterAll(() => emulator.close())

/** The queue through a network that loses every extension. */
function withoutHeartbeat({ client, url }: Queue): Queue {
  const send = (command: unknown, options: { abortSignal: AbortSignal }) => {
    if (command instanceof ChangeMessageVisibilityBatchCommand) {
      return Promise.reject(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }))
    }
    return client.send(command as never, options)
  }
  return { url, client: { send } as unknown as SQSClient }
}

test('while its heartbeat lives, a message is not delivered twice', async () => {
  const queue = await emulator.createQueue('heartbeat-lives')
  const first = noting(1, async () => {
    await work(LONG_MS)
    return { kind: 'acknowledge' }
  })
  await publish(queue.acknowledge, [{ body: 'long work' }], never)
  const owner = runWorker(queue, first.handle, short)
  await first.enough
  const second = noting(1, () => ({ kind: 'acknowledge' }))
  const other = runWorker(queue, second.handle, short)
  await owner.stop()
  await other.stop()
  expect(owner.worker.stats()).toMatchObject({ acknowledged: 1, visibilityLost: 0 })
  expect(second.seen).toEqual([])
  expect(await countsOf(queue.acknowledge)).toEqual({ visible: 0, inFlight: 0, delayed: 0 })
})

test('when its heartbeat is cut off, the work is aborted before redelivery', async () => {
  const queue = await emulator.createQueue('heartbeat-cut')
  const events: string[] = []
  const first = noting(1, async (_message, signal) => {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    events.push((signal.reason as QueueError).code)
    return { kind: 'acknowledge' }
  })
  await publish(queue.acknowledge, [{ body: 'long work' }], never)
  const cut = { receive: queue.receive, acknowledge: withoutHeartbeat(queue.acknowledge) }
  const owner = runWorker(cut, first.handle, short)
  await first.enough
  owner.drain.abort()
  const second = noting(1, ({ attempt }) => {
    events.push(`delivery ${attempt}`)
    return { kind: 'acknowledge' }
  })
  const other = runWorker(queue, second.handle, short)
  await owner.done
  await second.enough
  await other.stop()
  expect(events).toEqual(['visibility_lost', 'delivery 2'])
  expect(owner.worker.stats()).toMatchObject({ acknowledged: 0, released: 0, visibilityLost: 1 })
})
