import { expect, test } from 'vitest'
import { createPrefetch } from './prefetch.ts'

/** The prefetch after so many polls and messages of the same length. */
function sizeOf(load: { slots: number; pollMs: number; workMs: number; max?: number }) {
  const prefetch = createPrefetch(load.max ?? 10, load.slots)
  for (let times = 0; times < 20; times += 1) {
    prefetch.polled(load.pollMs)
    prefetch.handled(load.workMs)
  }
  return prefetch.size()
}

test.for([
  { load: 'short work beside the queue', slots: 10, pollMs: 3, workMs: 88, size: 2 },
  { load: 'short work far from the queue', slots: 10, pollMs: 15, workMs: 88, size: 6 },
  { load: 'one slot of short work', slots: 1, pollMs: 15, workMs: 100, size: 1 },
  { load: 'very short work in many slots', slots: 64, pollMs: 15, workMs: 50, size: 10 },
  { load: 'work of ten seconds', slots: 10, pollMs: 15, workMs: 10_000, size: 0 },
  { load: 'one slot of work of a minute', slots: 1, pollMs: 15, workMs: 60_000, size: 0 },
])('for $load, is $size', ({ size, ...load }) => {
  expect(sizeOf(load)).toBe(size)
})

test('before anything was handled, is 0', () => {
  const prefetch = createPrefetch(10, 10)
  prefetch.polled(3)
  expect(prefetch.size()).toBe(0)
})

test('with a maximum of 0, stays 0', () => {
  expect(sizeOf({ slots: 64, pollMs: 15, workMs: 1, max: 0 })).toBe(0)
})

test('after polls that waited for messages, is taken from those that did not', () => {
  const prefetch = createPrefetch(10, 10)
  prefetch.handled(100)
  for (const ms of [3, 15_000, 19_000]) prefetch.polled(ms)
  expect(prefetch.size()).toBe(1)
})
