import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { randomOf } from '../endpoint-simulation.fixture.ts'
import type { Invoke } from '../invoke/invocation.ts'
import { InvocationError } from '../invoke/invocation-error.ts'
import { createLimiter } from '../limiter/limiter.ts'
import { batchOf, ENDPOINT, never } from './batch.fixture.ts'
import { scoreBatch } from './score-batch.ts'

const BATCHES = 150
const ROOM = 4
const LATENCY_MS = 100
const SEED = 7

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

// Such as a model that has no more memory: docs/decisions/0008-a-failure-of-the-model-is-the-endpoints.md.
test.for([0.7, 0.9])(
  'an endpoint that fails %d of what is beyond its room is given less, and no row is blamed for it',
  async (failing) => {
    const random = randomOf(SEED)
    const { input, invoke } = batchOf(64)
    let [inFlight, invocations] = [0, 0]
    const crowded: Invoke = async (request, signal) => {
      invocations++
      inFlight++
      try {
        await sleep(LATENCY_MS, signal)
        if (inFlight > ROOM && random() < failing) {
          throw new InvocationError('model_failed', ENDPOINT.name, 'out of memory')
        }
        return await invoke(request, signal)
      } finally {
        inFlight--
      }
    }
    const limiter = createLimiter({ concurrencyMax: 32, now: Date.now, random })
    const deps = { invoke: crowded, limiter, sleep, random, now: Date.now }
    const waiting = Array.from({ length: BATCHES }, () => 'batch')
    const failures: unknown[] = []
    const work = async (): Promise<void> => {
      while (waiting.pop() !== undefined) {
        try {
          failures.push(...(await scoreBatch(deps, input, never)).failures)
        } catch (error) {
          if (!(error instanceof InvocationError)) throw error
          // It comes once more, as its message would.
          waiting.push('batch')
        }
      }
    }
    const all = Promise.all(Array.from({ length: 40 }, work))
    while (vi.getTimerCount() > 0) await vi.advanceTimersByTimeAsync(10)
    await all
    expect(failures).toEqual([])
    expect(invocations).toBeLessThan(4 * BATCHES)
  },
)
