import { expect, test } from 'vitest'
import { createRecovery, type Recovery } from './recovery.ts'

/** When each slot is taken by who looks every millisecond. */
function takenAt(recovery: Recovery, untilMs: number): number[] {
  const times: number[] = []
  for (let at = 0; at <= untilMs; at++) {
    const slots = recovery.take(at)
    for (let slot = 0; slot < slots; slot++) times.push(at)
  }
  return times
}

test('one slot is due after a latency, three after two, seven after three', () => {
  const recovery = createRecovery()
  recovery.begin(0, 100)
  const times = takenAt(recovery, 300)
  expect(times).toEqual([100, 159, 200, 233, 259, 281, 300])
})

test('each slot is due alone', () => {
  const recovery = createRecovery()
  recovery.begin(0, 1_000)
  expect(recovery.dueAt).toBe(1_000)
  expect(recovery.take(999)).toBe(0)
  expect(recovery.take(1_000)).toBe(1)
  expect(recovery.dueAt).toBeCloseTo(1_585, -1)
})

test('when nothing was done for long, what was due meanwhile is not asked for at once', () => {
  const recovery = createRecovery()
  recovery.begin(0, 100)
  expect(recovery.take(600)).toBe(1)
  expect(recovery.dueAt).toBeCloseTo(658.5, 1)
})

test('without any latency that the clock has seen, slots come one at a time, too', () => {
  const recovery = createRecovery()
  recovery.begin(1_000, 0)
  expect([1_000, 1_001, 1_002, 1_010].map((at) => recovery.take(at))).toEqual([0, 1, 2, 1])
})

test('a second recovery begins anew', () => {
  const recovery = createRecovery()
  recovery.begin(0, 100)
  recovery.take(100)
  recovery.begin(5_000, 50)
  expect(recovery.dueAt).toBe(5_050)
})
