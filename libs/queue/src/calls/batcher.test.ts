import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createBatcher } from './batcher.ts'
import { QueueError } from './queue-error.ts'
import type { EntryOutcome } from './settle-entries.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function batching(
  settle = async (entries: readonly number[]) => entries.map((): EntryOutcome => undefined),
) {
  const calls: (readonly number[])[] = []
  const batcher = createBatcher<number>({
    entriesMax: 3,
    idleMs: 50,
    settle(entries) {
      calls.push(entries)
      return settle(entries)
    },
  })
  return { calls, batcher }
}

test('with as many entries as fit, calls at once', async () => {
  const { batcher, calls } = batching()
  await Promise.all([1, 2, 3].map((entry) => batcher.add(entry)))
  expect(calls).toEqual([[1, 2, 3]])
  expect(vi.getTimerCount()).toBe(0)
})

test('with fewer, waits for company until the idle time is over', async () => {
  const { batcher, calls } = batching()
  const first = batcher.add(1)
  vi.advanceTimersByTime(49)
  const second = batcher.add(2)
  expect(calls).toEqual([])
  vi.advanceTimersByTime(1)
  await Promise.all([first, second])
  expect(calls).toEqual([[1, 2]])
})

test('gives each entry its own outcome', async () => {
  const error = new QueueError('rejected', 'no')
  const { batcher } = batching(async (entries) => entries.map((n) => (n === 2 ? error : undefined)))
  const outcomes = await Promise.all([1, 2, 3].map((entry) => batcher.add(entry)))
  expect(outcomes).toEqual([undefined, error, undefined])
})

test('on flush, calls with what waits and resolves when it has ended', async () => {
  const answer = Promise.withResolvers<EntryOutcome[]>()
  const { batcher, calls } = batching(() => answer.promise)
  void batcher.add(1)
  let flushed = false
  const flush = batcher.flush().then(() => (flushed = true))
  expect(calls).toEqual([[1]])
  await Promise.resolve()
  expect(flushed).toBe(false)
  answer.resolve([undefined])
  await flush
})

test('when settling throws, rejects its entries and goes on with the next', async () => {
  const { batcher } = batching((entries) =>
    entries.includes(1) ? Promise.reject(new Error('bug')) : Promise.resolve([undefined]),
  )
  const first = batcher.add(1)
  void batcher.flush()
  await expect(first).rejects.toThrow('bug')
  const second = batcher.add(4)
  void batcher.flush()
  expect(await second).toBeUndefined()
})
