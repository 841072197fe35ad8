import { expect, test } from 'vitest'
import { drawFault, FAULT_KINDS, type FaultShares } from './faults.ts'

const requests = Array.from({ length: 20_000 }, (_, index) => index + 1)
const draw = (shares: FaultShares, seed: number) =>
  requests.map((request) => drawFault(shares, seed, request))

test('the same seed gives each request the same fault', () => {
  const shares = { throttle: 0.2, reset: 0.2 }
  expect(draw(shares, 7)).toEqual(draw(shares, 7))
  expect(draw(shares, 7)).not.toEqual(draw(shares, 8))
})

test.for([1, 2, 7, 123_456])('with seed %i, each kind gets its share', (seed) => {
  const shares = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0.02]))
  const drawn = draw(shares, seed)
  const counts = FAULT_KINDS.map((kind) => drawn.filter((fault) => fault === kind).length)
  expect(Math.min(...counts)).toBeGreaterThan(0.016 * requests.length)
  expect(Math.max(...counts)).toBeLessThan(0.024 * requests.length)
})

test('without shares, no request has a fault', () => {
  expect(new Set(draw({}, 1))).toEqual(new Set([undefined]))
})

test('with a share of one, every request has the fault', () => {
  expect(new Set(draw({ hang: 1 }, 1))).toEqual(new Set(['hang']))
})
