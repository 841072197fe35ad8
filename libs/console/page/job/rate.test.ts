import { expect, test } from 'vitest'
import { createRate } from './rate.ts'

test('before the second look no rate is known', () => {
  const rate = createRate()
  expect(rate(100, 1_000)).toBeUndefined()
  expect(rate(100, 1_000)).toBeUndefined()
})

test('the rate is that of the last ten seconds', () => {
  const rate = createRate()
  for (let second = 0; second <= 20; second += 2) rate(second * 100, second * 1_000)
  expect(rate(2_000, 22_000)).toBeCloseTo((2_000 - 1_200) / 10)
})

test('after a long sleep the rate is that since the last look', () => {
  const rate = createRate()
  rate(0, 0)
  rate(200, 2_000)
  expect(rate(3_800, 3_602_000)).toBeCloseTo(1)
})

test('an estimate that falls is no rate below nothing', () => {
  const rate = createRate()
  rate(100, 0)
  expect(rate(90, 2_000)).toBe(0)
})
