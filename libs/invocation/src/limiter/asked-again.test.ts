import { expect, test } from 'vitest'
import { simulate } from '../endpoint-simulation.fixture.ts'

/*
 * What the alarm `throttled` of a stack goes by (`infra/src/alarm-rules.ts`): a limiter that has found the limit is
 * throttled rarely, but it asks for more again and again.
 */

const STRETCH_MS = 180_000
const SETTLED_MS = 300_000
const SLOTS = 16

/** Throttles of each of four stretches, one after the other. */
function throttlesOf(latencyMs: number, consumers: number, served: number): number[] {
  const clients = Array.from({ length: consumers }, (_, index) => ({
    from: 700 * index,
    max: SLOTS,
  }))
  return [0, 1, 2, 3].map((stretch) => {
    const countFrom = SETTLED_MS + stretch * STRETCH_MS
    const tallies = simulate({
      capacityAt: () => Math.floor(served * consumers * SLOTS),
      ...{ latencyMs, clients, countFrom, untilMs: countFrom + STRETCH_MS },
      overflow: 'throttles',
    })
    return [...new Set(tallies)].reduce((sum, { throttled }) => sum + throttled, 0)
  })
}

test.for([
  [200, 1, 0.5],
  [1_000, 2, 0.9],
  [3_000, 1, 0.5],
  [3_000, 2, 0.9],
] as const)(
  'at %i ms, %i consumers served %f are throttled within three minutes',
  ([latencyMs, consumers, served]) => {
    expect(Math.min(...throttlesOf(latencyMs, consumers, served))).toBeGreaterThan(0)
  },
)

test('consumers that are served all they ask for are never throttled', () => {
  expect(throttlesOf(1_000, 2, 1)).toEqual([0, 0, 0, 0])
})
