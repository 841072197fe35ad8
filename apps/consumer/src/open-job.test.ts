import { expect, test } from 'vitest'
import { shareOfConcurrency } from './open-job.ts'

test.for<[number, number]>([
  [8, 1],
  [8, 2],
  [8, 3],
  [1, 3],
  [3, 16],
  [1_024, 7],
])('the shares of %i among %i consumers add up, and differ by one', ([max, count]) => {
  const consumers = Array.from({ length: count }, (_, index) => `consumer-${index}`)
  // Each computes its own share, from a list in any order.
  const shares = consumers.map((own) => shareOfConcurrency(max, consumers.toReversed(), own))
  expect(shares.reduce((sum, share) => sum + share, 0)).toBe(max)
  expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1)
})
