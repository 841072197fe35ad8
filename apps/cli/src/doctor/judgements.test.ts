import { expect, test } from 'vitest'
import { judgeClock } from './clock.ts'
import { judgeDisk, judgeNode } from './machine.ts'

test.for([
  ['20.19.0', 'failed'],
  ['22.14.9', 'failed'],
  ['22.15.0', 'ok'],
  ['24.21.0', 'ok'],
] as const)('Node %s is %s', ([version, kind]) => {
  expect(judgeNode(version).kind).toBe(kind)
})

test.for([
  [1_000_000, 'failed'],
  [100_000_000, 'warning'],
  [2_000_000_000, 'ok'],
] as const)('a disk with %i bytes left is %s', ([free, kind]) => {
  expect(judgeDisk(free).kind).toBe(kind)
})

test.for([
  [0, 'ok'],
  [-2_000, 'ok'],
  [29_000, 'ok'],
  [-31_000, 'warning'],
  [300_000, 'failed'],
] as const)('a clock that is %i ms ahead is %s', ([ahead, kind]) => {
  expect(judgeClock({ serviceMs: 1_000_000, atMs: 1_000_000 + ahead }).kind).toBe(kind)
})

test('where nobody tells the time, the clock is not judged', () => {
  expect(judgeClock(undefined).kind).toBe('skipped')
})
