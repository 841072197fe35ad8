import { expect, test } from 'vitest'
import { inTimeText } from './in-time.ts'

test.for([
  [3_600, 14_400, 'in time, with 3.0 h to spare'],
  [3_600, 3_600, 'in time, with 0.0 s to spare'],
  [14_400, 3_600, 'late by 3.0 h: in time at 64 at once, if the endpoint takes them'],
  [3_601, 3_600, 'late by 1.0 s: in time at 17 at once, if the endpoint takes them'],
  [60, 0, 'its deadline has passed'],
  [60, -5, 'its deadline has passed'],
] as const)('%d s of work, %d s left: %s', ([seconds, left, text]) => {
  expect(inTimeText(seconds, left, 16)).toBe(text)
})
