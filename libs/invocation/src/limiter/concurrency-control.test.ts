import { expect, test } from 'vitest'
import { createConcurrencyControl } from './concurrency-control.ts'
import { simulate, type Tally, type World } from '../endpoint-simulation.fixture.ts'

const GRID = [2, 8, 32, 128].flatMap((capacity) =>
  [5, 50, 500].map((latencyMs): [number, number] => [capacity, latencyMs]),
)
/** Until when to simulate: what serves thousands a second shows it sooner, and takes longer. */
const untilOf = (capacity: number, latencyMs: number): number =>
  capacity / latencyMs > 1 ? 20_000 : 60_000

/** Without what serves more than 1,000 invocations a second. */
const SLOW_GRID = GRID.filter(([capacity, latencyMs]) => capacity / latencyMs <= 1)

test.for(GRID)('on %i slots of %i ms that throttle, keeps them busy', ([capacity, latencyMs]) => {
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
})

test.for(GRID)('on %i slots of %i ms that queue, stays near the knee', ([capacity, latencyMs]) => {
  const untilMs = untilOf(capacity, latencyMs)
  const [tally] = simulate({
    capacityAt: () => capacity,
    latencyMs,
    overflow: 'queues',
    untilMs,
    clients: [{ from: 0 }],
  })
  expect(busyShare(tally, capacity, latencyMs, untilMs - 10_000)).toBeGreaterThan(0.95)
  expect(tally.limit).toBeLessThanOrEqual(Math.max(2.5 * capacity, 12))
})

test.for(SLOW_GRID)(
  'cold on %i slots of %i ms, gives 95 % of what fixed slots do in half a minute',
  ([capacity, latencyMs]) => {
    const [tally] = simulate({
      capacityAt: () => capacity,
      latencyMs,
      overflow: 'throttles',
      untilMs: 30_000,
      countFrom: 0,
      clients: [{ from: 0 }],
    })
    // The first answers of all slots come after one latency.
    expect(busyShare(tally, capacity, latencyMs, 30_000 - latencyMs)).toBeGreaterThan(0.95)
  },
)

const JITTERY = SLOW_GRID.flatMap(([capacity, latencyMs]) =>
  [0.3, 0.6, 0.9].flatMap((jitter) =>
    (['throttles', 'queues'] as const).map(
      (overflow) => [capacity, latencyMs, jitter, overflow] as const,
    ),
  ),
)

test.for(JITTERY)(
  'on %i slots of %i ms with jitter %f that %s, keeps them busy',
  ([capacity, latencyMs, jitter, overflow]) => {
    // Of fewer the mean service time is another by chance.
    const spanMs = Math.max(30_000, (2_000 * latencyMs) / capacity)
    const tallies = [7, 8, 9, 10].map((seed) => {
      const [tally] = simulate({
        capacityAt: () => capacity,
        latencyMs,
        jitter,
        overflow,
        untilMs: 10_000 + spanMs,
        clients: [{ from: 0 }],
        seed,
      })
      return tally
    })
    const busy = tallies.map((tally) => busyShare(tally, capacity, latencyMs, spanMs))
    expect(mean(busy)).toBeGreaterThan(0.92)
    expect(mean(tallies.map(({ limit }) => limit))).toBeLessThanOrEqual(Math.max(3 * capacity, 48))
  },
)

test('when the endpoint itself becomes slower, sends no fewer at once', () => {
  const [tally] = simulate({
    capacityAt: () => 64,
    latencyMs: 50,
    slowerFrom: { at: 15_000, factor: 3 },
    overflow: 'throttles',
    untilMs: 60_000,
    countFrom: 20_000,
    clients: [{ from: 0 }],
  })
  expect(busyShare(tally, 64, 150, 40_000)).toBeGreaterThan(0.95)
})

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
  ([capacity, latencyMs, late]) => {
    // What is slower meets less often.
    const countFrom = latencyMs > 50 ? 120_000 : 40_000
    const runs = [7, 8, 9, 10].map((seed) => {
      const [first, second] = simulate({
        capacityAt: () => capacity,
        latencyMs,
        overflow: 'throttles',
        untilMs: countFrom + 60_000,
        countFrom,
        clients: [{ from: 0 }, { from: late }],
        seed,
      })
      const both = {
        served: first.served + second.served,
        throttled: first.throttled + second.throttled,
      }
      expect(busyShare(both, capacity, latencyMs, 60_000)).toBeGreaterThan(0.95)
      const smaller = Math.min(first.served, second.served) / both.served
      return { smaller, throttled: throttledShare(both) }
    })
    const shares = runs.map(({ smaller }) => smaller)
    // Of eight slots, one more or less is an eighth.
    expect(Math.min(...shares)).toBeGreaterThan(0.2)
    expect(mean(shares)).toBeGreaterThan(0.35)
    expect(mean(runs.map(({ throttled }) => throttled))).toBeLessThan(0.02)
  },
)

test.for<Partial<World>>([
  {},
  { jitter: 0 },
  { jitter: 0.3 },
  { looksEveryMs: 2 },
  { jitter: 0, looksEveryMs: 5 },
])('in a world of %o, two consumers share 32 slots alike at all times', (world) => {
  const shares = [1, 2, 3, 4, 5, 6].flatMap((seed) => {
    const tallies = simulate({
      capacityAt: () => 32,
      latencyMs: 50,
      ...world,
      overflow: 'throttles',
      untilMs: 120_000,
      clients: [{ from: 0 }, { from: 5_000 }],
      seed: seed * 7_919,
    })
    return smallerShares(tallies, { fromSecond: 30, spanSeconds: 20 })
  })
  expect(Math.min(...shares)).toBeGreaterThan(0.2)
  expect(mean(shares)).toBeGreaterThan(0.38)
})

const CROWDED = [
  [8, 50],
  [32, 5],
  [32, 50],
  [128, 50],
  [128, 500],
].flatMap(([capacity = 0, latencyMs = 0]) =>
  [0, 0.3].flatMap((jitter) =>
    [0.5, 1].map((crowding) => [capacity, latencyMs, crowding, jitter] as const),
  ),
)

test.for(CROWDED)(
  'on %i slots of %i ms that crowd by %f with jitter %f, serves near the best',
  ([capacity, latencyMs, crowding, jitter]) => {
    const untilMs = untilOf(capacity, latencyMs)
    const [tally] = simulate({
      capacityAt: () => capacity,
      latencyMs,
      crowding,
      jitter,
      overflow: 'throttles',
      untilMs,
      countFrom: 0,
      clients: [{ from: 0 }],
    })
    expect(busyShare(tally, capacity, latencyMs * (1 + crowding), untilMs)).toBeGreaterThan(0.9)
  },
)

test('when slots of 20 s throttled at first, takes room within half an hour', () => {
  const [tally] = simulate({
    capacityAt: (at) => (at < 170_000 ? 0 : 1_000),
    latencyMs: 20_000,
    overflow: 'throttles',
    untilMs: 1_800_000,
    clients: [{ from: 0, max: 16 }],
  })
  expect(tally.limit).toBe(16)
})

test('where all rows are refused, takes room all the same', () => {
  const control = createConcurrencyControl({
    concurrencyMax: 8,
    concurrencyStart: 4,
    share: 1,
    random: () => 0.5,
  })
  const end = (at: number, ending: 'answered' | 'throttled' | 'refused') =>
    control.end(control.start(at - 10, 1, 1), { ending, at, others: 0, full: true })
  end(10, 'answered')
  end(20, 'throttled')
  expect(control.limit).toBe(1)
  for (let at = 30; at < 3_000; at += 10) end(at, 'refused')
  expect(control.limit).toBe(8)
})

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

test('two consumers with a share leave a part of what is free, too', () => {
  const [first, second] = simulate({
    capacityAt: () => 64,
    latencyMs: 50,
    overflow: 'throttles',
    untilMs: 130_000,
    clients: [
      { from: 0, share: 0.5 },
      { from: 200, share: 0.5 },
    ],
  })
  const both = { ...first, served: first.served + second.served }
  // Two times a half of three halves.
  expect(busyShare(both, 64, 50, 120_000)).toBeGreaterThan(0.55)
  expect(busyShare(both, 64, 50, 120_000)).toBeLessThan(0.75)
  expect(throttledShare(first)).toBeLessThan(0.001)
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
    random: Math.random,
  })
  const tickets = Array.from({ length: 100 }, () => control.start(0, 100, 1))
  for (const ticket of tickets) {
    control.end(ticket, { ending: 'timed_out', at: 70_000, others: 0, full: true })
  }
  expect(control.limit).toBe(75)
})

/** How much of what `capacity` slots can serve was served. */
const busyShare = (
  tally: Pick<Tally, 'served'>,
  capacity: number,
  latencyMs: number,
  spanMs: number,
): number => (tally.served * (latencyMs + 0.2)) / (capacity * spanMs)

const throttledShare = ({ throttled, served }: Pick<Tally, 'served' | 'throttled'>): number =>
  throttled / (throttled + served)

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value) / values.length

/** What the one of two who got less got, span by span. */
function smallerShares(
  [first, second]: [Tally, Tally],
  { fromSecond, spanSeconds }: { readonly fromSecond: number; readonly spanSeconds: number },
): number[] {
  const shares: number[] = []
  for (let at = fromSecond; at + spanSeconds <= first.bySecond.length; at += spanSeconds) {
    const [a = 0, b = 0] = [first, second].map(({ bySecond }) =>
      bySecond.slice(at, at + spanSeconds).reduce((sum, served) => sum + served),
    )
    shares.push(Math.min(a, b) / (a + b))
  }
  return shares
}
