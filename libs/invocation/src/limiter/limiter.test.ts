import { expect, test } from 'vitest'
import { InvocationError, type InvocationErrorCode } from '../invoke/invocation-error.ts'
import { createLimiter, type LimiterOptions } from './limiter.ts'

const never = new AbortController().signal

/** A limiter whose time and timers are moved by hand, and invocations that are ended by hand. */
function fixture(options: Partial<LimiterOptions> = {}) {
  const timers: { run: () => void; delayMs: number }[] = []
  const limiter = createLimiter({
    concurrencyMax: 8,
    concurrencyStart: 4,
    now: () => 0,
    random: () => 0.5,
    schedule: (run, delayMs) => timers.push({ run, delayMs }),
    ...options,
  })
  const running: PromiseWithResolvers<void>[] = []
  const start = (signal = never) => {
    const ending = Promise.withResolvers<void>()
    running.push(ending)
    return limiter.run(() => ending.promise, signal)
  }
  const failing = async (code: InvocationErrorCode) =>
    await limiter.run(() => Promise.reject(new InvocationError(code, 'churn-v3', '')), never)
  return { limiter, timers, running, start, failing }
}

async function openCircuit({ limiter, failing }: ReturnType<typeof fixture>): Promise<void> {
  while (limiter.state.circuit === 'closed') {
    await expect(failing('endpoint_unavailable')).rejects.toThrow('endpoint_unavailable')
  }
}

test('runs no more at once than the limit and starts the next in order', async () => {
  const { limiter, running, start } = fixture()
  const all = Array.from({ length: 6 }, () => start())
  expect(limiter.state).toMatchObject({ limit: 4, inFlight: 4, waiting: 2 })
  running[0]?.resolve()
  await all[0]
  expect(limiter.state).toMatchObject({ inFlight: 4, waiting: 1 })
  for (let index = 1; index < 6; index++) {
    running[index]?.resolve()
    await all[index]
  }
  expect(limiter.state).toMatchObject({ inFlight: 0, waiting: 0 })
})

test('what was begun goes before what came in between', async () => {
  const { limiter, running, start } = fixture({ concurrencyStart: 1 })
  const begun = limiter.turn()
  const first = start()
  const order: string[] = []
  const next = limiter.run(async () => order.push('new'), never)
  const again = limiter.run(async () => order.push('begun'), never, 1, begun)
  running[0]?.resolve()
  await Promise.all([first, next, again])
  expect(order).toEqual(['begun', 'new'])
})

test('on abort while waiting, leaves the line with the signal’s reason', async () => {
  const { limiter, running, start } = fixture({ concurrencyStart: 1 })
  const first = start()
  const controller = new AbortController()
  const second = start(controller.signal)
  controller.abort(new Error('drained'))
  await expect(second).rejects.toThrow('drained')
  expect(limiter.state.waiting).toBe(0)
  running[0]?.resolve()
  await first
})

test('throttled with nothing else in flight, waits before the next', async () => {
  const { limiter, timers, running, start, failing } = fixture()
  await expect(failing('endpoint_throttled')).rejects.toThrow('endpoint_throttled')
  const next = start()
  expect(limiter.state).toMatchObject({ throttles: 1, inFlight: 0, waiting: 1 })
  expect(timers.map(({ delayMs }) => delayMs)).toEqual([15])
  timers[0]?.run()
  running[0]?.resolve()
  await next
})

test('after twenty failures in a row, opens the circuit and probes with one', async () => {
  const world = fixture()
  const { limiter, timers, running, start } = world
  await openCircuit(world)
  const gate = limiter.ready(never)
  const waiting = [start(), start()]
  expect(limiter.state).toMatchObject({ circuit: 'open', inFlight: 0, waiting: 2 })
  timers[0]?.run()
  await gate
  expect(limiter.state).toMatchObject({ circuit: 'probing', inFlight: 1, waiting: 1 })
  running[0]?.resolve()
  await waiting[0]
  expect(limiter.state).toMatchObject({ circuit: 'closed', inFlight: 1 })
  running[1]?.resolve()
  await waiting[1]
})

test('when the probe fails, opens again for twice as long', async () => {
  const world = fixture()
  await openCircuit(world)
  const probe = world.failing('connection_failed')
  world.timers[0]?.run()
  await expect(probe).rejects.toThrow('connection_failed')
  expect(world.limiter.state.circuit).toBe('open')
  expect(world.timers.map(({ delayMs }) => delayMs)).toEqual([1_000, 2_000])
})

test.for<InvocationErrorCode>(['rows_rejected', 'endpoint_throttled', 'model_not_ready'])(
  'while %s comes between failures, keeps the circuit closed',
  async (code) => {
    const { limiter, timers, failing } = fixture()
    for (let index = 0; index < 60; index++) {
      const next = index % 10 === 9 ? code : 'endpoint_unavailable'
      await expect(failing(next)).rejects.toThrow(next)
      // A pause after a lone throttle is over at once.
      for (const { run } of timers.splice(0)) run()
    }
    expect(limiter.state.circuit).toBe('closed')
  },
)

test('counts as answers what says something of the rows', async () => {
  const { limiter, timers, failing } = fixture()
  const codes = [
    'rows_rejected',
    'batch_rejected',
    'endpoint_throttled',
    'connection_failed',
  ] as const
  for (const code of codes) {
    await expect(failing(code)).rejects.toThrow(code)
    for (const { run } of timers.splice(0)) run()
  }
  await limiter.run(async () => 'predictions', never)
  expect(limiter.state.answers).toBe(3)
})

test.for<InvocationErrorCode>(['endpoint_not_found', 'access_denied', 'credentials_missing'])(
  'on %s twenty times in a row, opens the circuit',
  async (code) => {
    const { limiter, timers, failing } = fixture()
    for (let times = 0; times < 20; times++) await expect(failing(code)).rejects.toThrow(code)
    expect(limiter.state).toMatchObject({ circuit: 'open', limit: 4 })
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([1_000])
  },
)

test('without a worker twenty times in a row, opens the circuit', async () => {
  const { limiter, timers, failing } = fixture()
  for (let times = 0; times < 20; times++) {
    expect(limiter.state.circuit).toBe('closed')
    await expect(failing('worker_unavailable')).rejects.toThrow('worker_unavailable')
    // The pause after each is over at once.
    for (const { run, delayMs } of timers.splice(0)) if (delayMs !== 1_000) run()
  }
  expect(limiter.state).toMatchObject({ circuit: 'open', throttles: 20, answers: 0, limit: 1 })
})

test('without a worker beside others, is throttled and keeps the circuit closed', async () => {
  const { limiter, running, start } = fixture({ concurrencyMax: 32, concurrencyStart: 21 })
  const all = Array.from({ length: 21 }, () => start())
  for (const refused of running.slice(1)) {
    refused.reject(new InvocationError('worker_unavailable', 'churn-v3', ''))
  }
  await Promise.allSettled(all.slice(1))
  expect(limiter.state).toMatchObject({ circuit: 'closed', throttles: 20, inFlight: 1 })
  running[0]?.resolve()
  await all[0]
})

test('tells of each change of limit and circuit', async () => {
  const seen: string[] = []
  const world = fixture({ onChange: ({ limit, circuit }) => seen.push(`${limit} ${circuit}`) })
  await openCircuit(world)
  expect(seen).toEqual(['3 closed', '2 closed', '1 closed', '1 open'])
})

test.for<[string, Partial<LimiterOptions>]>([
  ['concurrencyMax', { concurrencyMax: 0 }],
  ['share', { share: 0 }],
  ['share', { share: 1.5 }],
])('refuses a wrong %s', ([name, options]) => {
  expect(() => fixture(options)).toThrow(name)
})
