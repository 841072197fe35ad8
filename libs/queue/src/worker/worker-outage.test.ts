import { afterAll, beforeAll, expect, test } from 'vitest'
import { publish } from '../calls/publish.ts'
import type { Received } from '../calls/received.ts'
import { countsOf, type Emulator, startEmulator } from '../emulator.fixture.ts'
import { runWorker } from './run-worker.fixture.ts'

const MESSAGES = 40
const bodies = Array.from({ length: MESSAGES }, (_, index) => ({ body: String(index) }))
const never = new AbortController().signal

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator()
})
afterAll(() => emulator.close())

/**
 * An endpoint that is down, and what a consumer makes of it: an attempt that finds it down requeues its
 * message and shuts the gate, which opens a moment later for another look.
 */
function outage() {
  let down = true
  let gate = Promise.resolve()
  const found = { down: 0, attempts: [] as number[] }
  const handle = async ({ attempt }: Received) => {
    found.attempts.push(attempt)
    if (!down) return { kind: 'acknowledge' } as const
    found.down += 1
    gate = new Promise((resolve) => setTimeout(resolve, 5))
    return { kind: 'requeue' } as const
  }
  const end = () => {
    down = false
  }
  return { found, handle, ready: () => gate, end }
}

test('through an outage of many attempts, no message goes to the dead-letter queue', async () => {
  const queue = await emulator.createQueues('outage', 3)
  const { found, handle, ready, end } = outage()
  await publish(queue.acknowledge, bodies, never)
  const { worker, stop } = runWorker(queue, handle, { ready, idleMs: 1 })
  await expect.poll(() => found.down).toBeGreaterThan(10 * MESSAGES)
  end()
  await expect.poll(() => worker.stats().acknowledged).toBe(MESSAGES)
  await stop()
  expect(new Set(found.attempts)).toEqual(new Set([1]))
  expect(worker.stats().gateClosedMs).toBeGreaterThan(0)
  const empty = { visible: 0, inFlight: 0, delayed: 0 }
  expect(await countsOf(queue.acknowledge)).toEqual(empty)
  expect(await countsOf(queue.deadLetter)).toEqual(empty)
})

test('when no queue answers for a while, goes on by itself afterwards', async () => {
  const queue = await emulator.createQueue('unreachable')
  let reachable = false
  const client = Object.assign(Object.create(queue.receive.client), {
    send: (...call: [never, never]) =>
      reachable
        ? queue.receive.client.send(...call)
        : Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })),
  }) as typeof queue.receive.client
  const cut = { receive: { ...queue.receive, client }, acknowledge: queue.acknowledge }
  await publish(queue.acknowledge, bodies, never)
  const { worker, logger, stop } = runWorker(cut, async () => ({ kind: 'acknowledge' }))
  // Between two waits it is for a moment receiving.
  const isBackingOff = () =>
    worker.stats().receiveErrors > 1 && worker.stats().gate === 'backing_off'
  await expect.poll(isBackingOff).toBe(true)
  reachable = true
  await expect.poll(() => worker.stats().acknowledged).toBe(MESSAGES)
  await stop()
  expect(logger.warn.mock.calls[0]).toMatchObject([
    { error: { code: 'unreachable' }, failures: 1 },
    'receive failed',
  ])
})
