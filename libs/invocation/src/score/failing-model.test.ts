import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { randomOf } from '../endpoint-simulation.fixture.ts'
import type { Invoke } from '../invoke/invocation.ts'
import { InvocationError } from '../invoke/invocation-error.ts'
import { createLimiter } from '../limiter/limiter.ts'
import { batchOf, ENDPOINT, never } from './batch.fixture.ts'
import { scoreBatch } from './score-batch.ts'

/*
 * A model that answers HTTP 500 has met rows that break it, or more work than it can do: what is made of either, in
 * virtual time. See docs/decisions/0008-what-is-repeated-tells-whose-failure-it-was.md.
 */

const BATCHES = 150
const ROWS = 64
const WORKERS = 40
const CONCURRENCY_MAX = 32
const SEED = 7
/** A row of another batch, which breaks nothing. */
const WITNESS = Buffer.from('999999\n')

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_790_000_000_000 })
})
afterEach(() => void vi.useRealTimers())

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    const abort = (): void => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}

interface World {
  readonly latencyMs: number
  /** Invocations at once from which on it fails so many of them, from 0 to 1. */
  readonly room?: number
  readonly failing?: number
  /** Of all invocations, for no reason. */
  readonly failingAnyway?: number
  /** Of the rows, and what it says to them. */
  readonly bad?: number
  readonly badAre?: 'model_failed' | 'rows_rejected'
  readonly consumers?: number
}

/** A job of all batches. */
async function scoreAll(world: World) {
  const { latencyMs, room = Infinity, failing = 0, failingAnyway = 0, bad = 0 } = world
  const { badAre = 'model_failed', consumers = 1 } = world
  const random = randomOf(SEED)
  const { input, invoke } = batchOf(ROWS)
  const witnesses = { next: async () => WITNESS, answered: () => {} }
  let [inFlight, invocations] = [0, 0]
  const invoking =
    (badRows: ReadonlySet<number>): Invoke =>
    async (request, signal) => {
      invocations++
      inFlight++
      try {
        await sleep(latencyMs * (0.8 + 0.4 * random()), signal)
        const fails = (inFlight > room && random() < failing) || random() < failingAnyway
        if (fails) throw new InvocationError('model_failed', ENDPOINT.name, 'out of memory')
        const rows = Buffer.from(request.body).toString().trimEnd().split('\n').map(Number)
        if (!rows.some((row) => badRows.has(row))) return await invoke(request, signal)
        throw new InvocationError(badAre, ENDPOINT.name, 'could not convert string to float')
      } finally {
        inFlight--
      }
    }
  const limiters = Array.from({ length: consumers }, () =>
    createLimiter({ concurrencyMax: CONCURRENCY_MAX, now: Date.now, random }),
  )
  const rows = Array.from({ length: ROWS }, (_, row) => row)
  const batches = Array.from({ length: BATCHES }, (_, batch) => ({
    batch,
    badRows: new Set(rows.filter(() => random() < bad)),
  }))
  const wanted = batches.flatMap(({ batch, badRows }) => [...badRows].map((row) => [batch, row]))
  const failed: number[][] = []
  let givenBack = 0
  const work = async (_: unknown, worker: number): Promise<void> => {
    const limiter = limiters[worker % consumers]!
    for (let next = batches.shift(); next !== undefined; next = batches.shift()) {
      const { batch, badRows } = next
      const deps = { invoke: invoking(badRows), limiter, sleep, random, now: Date.now }
      try {
        const { failures } = await scoreBatch(deps, { ...input, witnesses }, never)
        failed.push(...failures.map(({ row }) => [batch, row - input.firstRow]))
      } catch (error) {
        if (!(error instanceof InvocationError)) throw error
        givenBack++
        batches.push(next) // It comes once more, as its message would.
      }
    }
  }
  const beganAt = Date.now()
  const all = Promise.all(Array.from({ length: Math.max(WORKERS, 8 * consumers) }, work))
  while (vi.getTimerCount() > 0) await vi.advanceTimersByTimeAsync(10)
  await all
  const inOrder = failed.toSorted(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d)
  const seconds = (Date.now() - beganAt) / 1_000
  return { seconds, invocations, givenBack, failed: inOrder, wanted }
}

describe('a model that fails what is beyond its room', () => {
  test.for([0.7, 0.9, 1])(
    '%d of that, is given less, and no row is blamed for it',
    async (failing) => {
      const found = await scoreAll({ latencyMs: 100, room: 4, failing })
      expect(found).toMatchObject({ failed: [], givenBack: 0 })
      expect(found.invocations).toBeLessThan(3 * BATCHES)
    },
  )

  test('and has less of it than there are consumers, makes them blame no row', async () => {
    const found = await scoreAll({ latencyMs: 100, room: 4, failing: 0.7, consumers: 12 })
    expect(found).toMatchObject({ failed: [], givenBack: 0 })
  })

  test('and at rows, too, has only those blamed', async () => {
    const found = await scoreAll({ latencyMs: 100, room: 4, failing: 0.9, bad: 0.01 })
    expect(found.failed).toEqual(found.wanted)
  })
})

describe('a model that breaks at rows', () => {
  test.for([
    { bad: 0.01, failingAnyway: 0 },
    { bad: 0.01, failingAnyway: 0.05 },
    { bad: 0.05, failingAnyway: 0 },
  ])('$bad of all, and fails $failingAnyway anyway, is not given less for it', async (world) => {
    const found = await scoreAll({ latencyMs: 1_000, ...world })
    expect(found.failed).toEqual(found.wanted)
    expect(found.givenBack).toBe(0)
    const refused = await scoreAll({ latencyMs: 1_000, ...world, badAre: 'rows_rejected' })
    expect(refused.failed).toEqual(refused.wanted)
    // Each piece is repeated, and each row proven: so much more there is to do.
    const more = found.invocations / refused.invocations
    expect(found.seconds).toBeLessThan(3 * more * refused.seconds)
  })
})
