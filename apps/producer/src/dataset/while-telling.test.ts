import { once } from 'node:events'
import { expect, test } from 'vitest'
import { never } from '../test-data.fixture.ts'
import { whileTelling } from './while-telling.ts'

/** A clock that ticks so many times, and then stands until it is stopped. */
function createClock(ticksMax: number, tell: () => Promise<void> = async () => {}) {
  const ticked = Promise.withResolvers<void>()
  const seen = { told: 0, stopped: false }
  return {
    seen,
    ticked: ticked.promise,
    tell: async () => {
      seen.told += 1
      await tell()
    },
    async *ticks(signal: AbortSignal) {
      for (let tick = 0; tick < ticksMax; tick += 1) yield tick
      ticked.resolve()
      if (!signal.aborted) await once(signal, 'abort')
      seen.stopped = true
      signal.throwIfAborted()
    },
  }
}

test('work under way is told with each tick, and no more when it is done', async () => {
  const clock = createClock(3)
  const done = await whileTelling(clock, never, async () => {
    await clock.ticked
    return 'done'
  })
  expect(done).toBe('done')
  expect(clock.seen).toEqual({ told: 3, stopped: true })
})

test('work that takes no time is not told', async () => {
  const clock = createClock(0)
  expect(await whileTelling(clock, never, async () => 'done')).toBe('done')
  expect(clock.seen).toEqual({ told: 0, stopped: true })
})

test('a telling that fails does not end the work, nor the telling', async () => {
  const clock = createClock(2, () => Promise.reject(new Error('throttled')))
  await whileTelling(clock, never, () => clock.ticked)
  expect(clock.seen.told).toBe(2)
})

test('work that fails is told no more', async () => {
  const clock = createClock(1)
  const working = whileTelling(clock, never, async () => {
    await clock.ticked
    throw new Error('too large')
  })
  await expect(working).rejects.toThrow('too large')
  expect(clock.seen).toEqual({ told: 1, stopped: true })
})
