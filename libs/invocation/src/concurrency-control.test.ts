import assert from 'node:assert/strict'
import { expect, test } from 'vitest'
import { createConcurrencyControl } from './concurrency-control.ts'

/*
 * A simulation in events, without a clock of its own: an endpoint that serves `capacity` invocations
 * at once for `latencyMs` each, and throttles or queues the others; clients with more work than
 * they may send.
 */

interface World {
  readonly capacityAt: (at: number) => number
  readonly latencyMs: number
  readonly overflow: 'throttles' | 'queues'
  readonly untilMs: number
  readonly clients: readonly {
    readonly from: number
    readonly max?: number
    readonly share?: number
  }[]
  readonly countFrom?: number
}

interface Tally {
  served: number
  throttled: number
  limit: number
}

const THROTTLE_MS = 1

function simulate(world: World): [Tally, Tally] {
  const random = randomOf(7)
  const events = new Heap()
  let busy = 0
  const queue: (() => void)[] = []
  const clients = world.clients.map(({ from, max = 1_024, share = 1 }) => {
    const control = createConcurrencyControl({ concurrencyMax: max, concurrencyStart: 2, share })
    const tally = { served: 0, throttled: 0, limit: 0 }
    let inFlight = 0
    let pausedUntil = 0
    const send = (at: number) => {
      if (at < pausedUntil) return
      while (inFlight < control.limit) {
        inFlight++
        invoke(at)
      }
    }
    const invoke = (at: number) => {
      const ticket = control.start(at)
      const serve = (now: number) => {
        busy++
        events.push(now + world.latencyMs * (0.9 + 0.2 * random()), (ended) => {
          busy--
          queue.shift()?.()
          end(ended, 'answered')
        })
      }
      const end = (ended: number, ending: 'answered' | 'throttled') => {
        const full = inFlight >= control.limit
        inFlight--
        control.end(ticket, { ending, at: ended, others: inFlight, full, size: 100 })
        if (ended >= (world.countFrom ?? 10_000)) {
          if (ending === 'answered') tally.served++
          else tally.throttled++
        }
        if (ending === 'throttled' && inFlight === 0) {
          pausedUntil = ended + 10 + 40 * random()
          events.push(pausedUntil, send)
        }
        tally.limit = control.limit
        send(ended)
      }
      events.push(at + 0.1 + 0.2 * random(), (now) => {
        if (busy < world.capacityAt(now)) serve(now)
        else if (world.overflow === 'throttles')
          events.push(now + THROTTLE_MS, (t) => end(t, 'throttled'))
        else queue.push(() => serve(events.now))
      })
    }
    events.push(from, send)
    return tally
  })
  events.runUntil(world.untilMs)
  const [first, second = first] = clients
  assert(first !== undefined && second !== undefined)
  return [first, second]
}

class Heap {
  now = 0
  readonly #items: { at: number; run: (at: number) => void }[] = []

  push(at: number, run: (at: number) => void): void {
    const items = this.#items
    items.push({ at, run })
    let child = items.length - 1
    while (child > 0) {
      const parent = (child - 1) >> 1
      if ((items[parent]?.at ?? 0) <= at) break
      this.#swap(child, parent)
      child = parent
    }
  }

  runUntil(until: number): void {
    for (let next = this.#pop(); next !== undefined && next.at <= until; next = this.#pop()) {
      this.now = next.at
      next.run(next.at)
    }
  }

  #pop(): { at: number; run: (at: number) => void } | undefined {
    const items = this.#items
    const [top] = items
    const last = items.pop()
    if (top === undefined || last === undefined || items.length === 0) return top
    items[0] = last
    let parent = 0
    for (;;) {
      let least = parent
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if ((items[child]?.at ?? Infinity) < (items[least]?.at ?? Infinity)) least = child
      }
      if (least === parent) return top
      this.#swap(parent, least)
      parent = least
    }
  }

  #swap(a: number, b: number): void {
    const items = this.#items
    const [first, second] = [items[a], items[b]]
    if (first === undefined || second === undefined) return
    items[a] = second
    items[b] = first
  }
}

function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const GRID = [2, 8, 32, 128].flatMap((capacity) =>
  [5, 50, 500].map((latencyMs): [number, number] => [capacity, latencyMs]),
)
/** Until when to simulate: what serves thousands a second shows it sooner, and takes longer. */
const untilOf = (capacity: number, latencyMs: number): number =>
  capacity / latencyMs > 1 ? 20_000 : 60_000

/** Without what serves more than 1,000 invocations a second. */
const SLOW_GRID = GRID.filter(([capacity, latencyMs]) => capacity / latencyMs <= 1)

test.for(GRID)(
  'on %i slots of %i ms that throttle, keeps them busy',
  { timeout: 60_000 },
  ([capacity, latencyMs]) => {
    const untilMs = untilOf(capacity, latencyMs)
    const [tally] = simulate({
      capacityAt: () => capacity,
      latencyMs,
      overflow: 'throttles',
      untilMs,
      clients: [{ from: 0 }],
    })
    expect(busyShare(tally, capacity, latencyMs, untilMs - 10_000)).toBeGreaterThan(0.97)
    expect(throttledShare(tally)).toBeLessThan(0.02)
  },
)

test.for(GRID)(
  'on %i slots of %i ms that queue, stays near the knee',
  { timeout: 60_000 },
  ([capacity, latencyMs]) => {
    const untilMs = untilOf(capacity, latencyMs)
    const [tally] = simulate({
      capacityAt: () => capacity,
      latencyMs,
      overflow: 'queues',
      untilMs,
      clients: [{ from: 0 }],
    })
    expect(busyShare(tally, capacity, latencyMs, untilMs - 10_000)).toBeGreaterThan(0.95)
    expect(tally.limit).toBeLessThanOrEqual(Math.max(2.5 * capacity, 8))
  },
)

test.for(SLOW_GRID)(
  'when %i slots of %i ms are halved, follows in seconds',
  ([capacity, latencyMs]) => {
    const [tally] = simulate({
      capacityAt: (at) => (at < 20_000 ? capacity : capacity >> 1),
      latencyMs,
      overflow: 'throttles',
      untilMs: 60_000,
      countFrom: 22_000,
      clients: [{ from: 0 }],
    })
    expect(busyShare(tally, capacity >> 1, latencyMs, 38_000)).toBeGreaterThan(0.95)
    // A single slot of 500 ms serves 76 invocations in that time, of which three knocks are 4 %.
    expect(throttledShare(tally)).toBeLessThan(0.04)
  },
)

test.for(SLOW_GRID)(
  'when %i slots of %i ms double, takes them in seconds',
  ([capacity, latencyMs]) => {
    const [tally] = simulate({
      capacityAt: (at) => (at < 20_000 ? capacity : 2 * capacity),
      latencyMs,
      overflow: 'throttles',
      untilMs: 120_000,
      countFrom: 80_000,
      clients: [{ from: 0 }],
    })
    expect(busyShare(tally, 2 * capacity, latencyMs, 40_000)).toBeGreaterThan(0.95)
  },
)

const LATECOMERS = SLOW_GRID.flatMap(([capacity, latencyMs]) =>
  [0, 15_000].map((late): [number, number, number] => [capacity, latencyMs, late]),
)

test.for(LATECOMERS)(
  'on %i slots of %i ms, a second consumer after %i ms finds its share',
  { timeout: 60_000 },
  ([capacity, latencyMs, late]) => {
    const [first, second] = simulate({
      capacityAt: () => capacity,
      latencyMs,
      overflow: 'throttles',
      untilMs: 240_000,
      countFrom: 180_000,
      clients: [{ from: 0 }, { from: late }],
    })
    const both = {
      served: first.served + second.served,
      throttled: first.throttled + second.throttled,
      limit: first.limit + second.limit,
    }
    expect(busyShare(both, capacity, latencyMs, 60_000)).toBeGreaterThan(0.95)
    expect(throttledShare(both)).toBeLessThan(0.02)
    expect(Math.min(first.served, second.served) / both.served).toBeGreaterThan(0.2)
  },
)

test('uses no more than its share of the capacity found', () => {
  const [tally] = simulate({
    capacityAt: () => 40,
    latencyMs: 50,
    overflow: 'throttles',
    untilMs: 60_000,
    clients: [{ from: 0, share: 0.5 }],
  })
  expect(busyShare(tally, 20, 50, 50_000)).toBeGreaterThan(0.9)
  expect(busyShare(tally, 20, 50, 50_000)).toBeLessThan(1.15)
})

test('never goes above its maximum', () => {
  const [tally] = simulate({
    capacityAt: () => 40,
    latencyMs: 50,
    overflow: 'throttles',
    untilMs: 30_000,
    clients: [{ from: 0, max: 7 }],
  })
  expect(tally.limit).toBe(7)
  expect(tally.throttled).toBe(0)
})

test('on time-outs, goes down once for all that was sent before', () => {
  const control = createConcurrencyControl({
    concurrencyMax: 100,
    concurrencyStart: 100,
    share: 1,
  })
  const tickets = Array.from({ length: 100 }, () => control.start(0))
  for (const ticket of tickets) {
    control.end(ticket, { ending: 'timed_out', at: 70_000, others: 0, full: true, size: 1 })
  }
  expect(control.limit).toBe(75)
})

/** How much of what `capacity` slots can serve was served. */
const busyShare = (tally: Tally, capacity: number, latencyMs: number, spanMs: number): number =>
  (tally.served * (latencyMs + 0.2)) / (capacity * spanMs)

const throttledShare = ({ throttled, served }: Tally): number => throttled / (throttled + served)
