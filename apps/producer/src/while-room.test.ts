import { expect, test } from 'vitest'
import { never } from './test-data.fixture.ts'
import { whileRoom } from './while-room.ts'

/** A queue of which a hundred messages are taken in each wait. */
function createQueue(stop?: AbortController) {
  const seen = { waiting: 0, most: 0, looks: 0, waits: 0 }
  const deps = {
    waiting: async () => {
      seen.looks += 1
      return seen.waiting
    },
    sleep: async (_: number, signal: AbortSignal) => {
      stop?.abort(new Error('drained'))
      signal.throwIfAborted()
      seen.waits += 1
      seen.waiting = Math.max(0, seen.waiting - 100)
    },
  }
  const publish = async (count: number, signal = never): Promise<number[]> => {
    const published: number[] = []
    for await (const batch of whileRoom(deps, numbers(count), 1_000, signal)) {
      published.push(batch)
      seen.waiting += 1
      seen.most = Math.max(seen.most, seen.waiting)
    }
    return published
  }
  return { seen, publish }
}

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 0; number < count; number += 1) yield number
}

test('what the queue has room for passes at one look', async () => {
  const { seen, publish } = createQueue()
  expect(await publish(1_000)).toHaveLength(1_000)
  expect(seen).toEqual({ waiting: 1_000, most: 1_000, looks: 1, waits: 0 })
})

test('more than it has room for waits until some are taken, and none is lost', async () => {
  const { seen, publish } = createQueue()
  const all = Array.from({ length: 5_000 }, (_, batch) => batch)
  expect(await publish(5_000)).toEqual(all)
  expect(seen.most).toBe(1_000)
  expect(seen.looks).toBeLessThan(100)
})

test('aborted while it waits, ends with the reason', async () => {
  const stop = new AbortController()
  const { publish } = createQueue(stop)
  await expect(publish(2_000, stop.signal)).rejects.toThrow('drained')
})
