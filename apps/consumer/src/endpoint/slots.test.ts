import type { LimiterState } from '@millrace/invocation'
import { expect, test } from 'vitest'
import { createSlots, type Slot } from './slots.ts'

const SLOTS = 8

/** Slots whose time is moved by hand, and endpoints that are in the state the test says. */
function fixture() {
  let nowMs = 0
  const slots = createSlots(SLOTS, () => nowMs)
  const endpoint = (state: Partial<LimiterState> = {}) => {
    const all = { limit: 1, inFlight: 0, waiting: 0, throttles: 0, answers: 0 }
    return { state: { ...all, circuit: 'closed' as const, ...state } }
  }
  const take = (count: number, limiter: ReturnType<typeof endpoint>): Slot[] =>
    Array.from({ length: count }, () => slots.take(limiter))
  return { endpoint, take, pass: (ms: number) => void (nowMs += ms) }
}

/** How many give their slots back when each is asked once. */
const leaving = (slots: readonly Slot[]): number => {
  const gone = slots.filter((slot) => {
    if (slot.mayWait()) return false
    slot.giveBack()
    return true
  })
  return gone.length
}

test('while a slot is free, whoever waits may stay', () => {
  const { endpoint, take, pass } = fixture()
  const waiting = take(SLOTS - 2, endpoint())
  take(1, endpoint())
  pass(60_000)
  expect(leaving(waiting)).toBe(0)
})

test('with all slots taken beside another endpoint, one makes room, and the next when that is taken', () => {
  const { endpoint, take, pass } = fixture()
  const throttling = endpoint()
  const waiting = take(SLOTS - 1, throttling)
  const other = endpoint()
  take(1, other)
  pass(60_000)
  expect(leaving(waiting)).toBe(1)
  take(1, other)
  expect(leaving(waiting.slice(1))).toBe(1)
})

test('of an endpoint that answers, as many stay as it needs', () => {
  const { endpoint, take, pass } = fixture()
  const slow = endpoint({ limit: 2 })
  const waiting = take(4, slow)
  take(SLOTS - 4, endpoint())
  pass(15_000)
  expect(leaving(waiting)).toBe(0)
  // Not one answer in twenty seconds: there is no telling what it needs.
  pass(10_000)
  expect(leaving(waiting)).toBe(1)
})

test('of an endpoint that answers nobody, the last one stays', () => {
  const { endpoint, take, pass } = fixture()
  const waiting = take(1, endpoint())
  take(SLOTS - 1, endpoint())
  pass(60_000)
  expect(leaving(waiting)).toBe(0)
})

test('with all slots taken by one endpoint, one in twenty seconds makes room', () => {
  const { endpoint, take, pass } = fixture()
  const throttling = endpoint()
  const waiting = take(SLOTS, throttling)
  pass(19_000)
  expect(leaving(waiting)).toBe(0)
  pass(2_000)
  expect(leaving(waiting)).toBe(1)
  take(1, throttling)
  pass(19_000)
  expect(leaving(waiting.slice(1))).toBe(0)
  pass(2_000)
  expect(leaving(waiting.slice(1))).toBe(1)
})

test('an endpoint that is gone itself wants no room', () => {
  const { endpoint, take, pass } = fixture()
  const waiting = take(SLOTS - 1, endpoint())
  take(1, endpoint({ circuit: 'open' }))
  pass(10_000)
  expect(leaving(waiting)).toBe(0)
})
