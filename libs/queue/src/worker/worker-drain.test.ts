import { setTimeout as work } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publish } from '../calls/publish.ts'
import type { Received } from '../calls/received.ts'
import { countsOf, type Emulator, startEmulator } from '../emulator.fixture.ts'
import { runWorker } from './run-worker.fixture.ts'

/*
 * A deploy in the middle of a job, at moments drawn from a seed. The first worker is told to stop under
 * full load, the second one does the rest. Visibility is 30 s: whatever waits it out fails by time-out.
 */

const MESSAGES = 60
const SLOTS = 8
const bodies = Array.from({ length: MESSAGES }, (_, index) => String(index))
const never = new AbortController().signal

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator()
})
afterAll(() => emulator.close())

/** Mulberry32: the same numbers from the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Records each message as the ledger would, and says when the `at`th has been recorded. */
function ledger(random: () => number, at: number) {
  const recorded = new Map<string, number>()
  const moment = Promise.withResolvers<void>()
  const handle = async ({ body }: Received, signal: AbortSignal) => {
    await work(1 + random() * 15, undefined, { signal })
    recorded.set(body, (recorded.get(body) ?? 0) + 1)
    if (recorded.size >= at) moment.resolve()
    return { kind: 'acknowledge' } as const
  }
  return { recorded, handle, moment: moment.promise }
}

test('many that stop while they poll use up no attempt of what comes meanwhile', async () => {
  const queue = await emulator.createQueues('drain-idle', 3)
  const handle = async () => ({ kind: 'acknowledge' }) as const
  const idle = Array.from({ length: 8 }, () => runWorker(queue, handle))
  await expect.poll(() => idle.every(({ worker }) => worker.stats().gate === 'open')).toBe(true)
  const stopped = idle.map(({ stop }) => stop())
  await publish(queue.acknowledge, [{ body: 'late' }], never)
  await Promise.all(stopped)
  expect(await countsOf(queue.deadLetter)).toMatchObject({ visible: 0 })

  const next = Promise.withResolvers<Received>()
  const working = runWorker(queue, async (message) => {
    next.resolve({ ...message })
    return { kind: 'acknowledge' }
  })
  expect(await next.promise).toMatchObject({ body: 'late', attempt: 1 })
  await working.stop()
})

const seeds = Array.from({ length: 20 }, (_, seed) => [seed + 1] as const)

describe.concurrent('a worker stopped under load', () => {
  test.for(seeds)('from seed %i, drains without losing or repeating a message', async ([seed]) => {
    const random = randomFrom(seed)
    const queue = await emulator.createQueues(`drain-${seed}`, 3)
    await publish(
      queue.acknowledge,
      bodies.map((body) => ({ body })),
      never,
    )

    const first = ledger(random, 1 + Math.floor(random() * (MESSAGES / 2)))
    const stopped = runWorker(queue, first.handle, { concurrency: SLOTS })
    await first.moment
    await work(random() * 10)
    await stopped.stop()
    const left = { visible: MESSAGES - first.recorded.size, inFlight: 0, delayed: 0 }
    expect(await countsOf(queue.acknowledge)).toEqual(left)

    const second = ledger(random, left.visible)
    const next = runWorker(queue, second.handle, { concurrency: SLOTS })
    await second.moment
    await next.stop()
    const all = [...first.recorded, ...second.recorded]
    expect(all).toHaveLength(MESSAGES)
    expect(Object.fromEntries(all)).toEqual(Object.fromEntries(bodies.map((body) => [body, 1])))
  })

  test.for(seeds)('from seed %i, aborts and leaves every message visible', async ([seed]) => {
    const random = randomFrom(seed)
    const queue = await emulator.createQueues(`abort-${seed}`, 3)
    await publish(
      queue.acknowledge,
      bodies.map((body) => ({ body })),
      never,
    )

    const first = ledger(random, 1 + Math.floor(random() * (MESSAGES / 2)))
    const aborted = runWorker(queue, first.handle, { concurrency: SLOTS })
    await first.moment
    await work(random() * 10)
    aborted.drain.abort()
    aborted.abort.abort()
    await aborted.done
    expect(await countsOf(queue.acknowledge)).toEqual({
      visible: MESSAGES - first.recorded.size,
      inFlight: 0,
      delayed: 0,
    })
  })
})
