import { expect, test } from 'vitest'
import { inTimeText } from './in-time.ts'

test.for([
  [3_600, 14_400, 'in time, with 3.0 h to spare'],
  [3_600, 3_600, 'in time, with 0.0 s to spare'],
  [14_400, 3_600, 'late by 3.0 h: in time at 64 at once, if the endpoint takes them'],
  [60, 0, 'its deadline has passed'],
  [60, -5, 'its deadline has passed'],
] as const)('%d s of work, %d s left: %s', ([seconds, left, text]) => {
  // 16 at once, of a second each.
  expect(inTimeText({ batches: seconds * 16, batchSeconds: 1, seconds }, left)).toBe(text)
})

test.for([
  [10, 10, 10, 5, 'late by 5.0 s: a batch alone takes 10 s'],
  [10, 10, 20, 15, 'late by 5.0 s: in time at 10 at once, if the endpoint takes them'],
  [100_000, 1, 6_250, 60, 'late by 103 min, with however many at once'],
] as const)(
  '%d batches of %d s, %d s in all, %d s left: %s',
  ([batches, batchSeconds, seconds, left, text]) => {
    expect(inTimeText({ batches, batchSeconds, seconds }, left)).toBe(text)
  },
)
