import { expect, test } from 'vitest'
import type { Endpoint } from '../invoke/invocation.ts'
import { InvocationError } from '../invoke/invocation-error.ts'
import { createLimiters, type Limiters } from './limiters.ts'

const never = new AbortController().signal
const churn: Endpoint = {
  name: 'churn-v3',
  contentType: 'text/csv',
  accept: 'text/csv',
  response: 'auto',
}
const fraud: Endpoint = { ...churn, name: 'fraud' }

/** Limiters whose cool-offs are over when the test says so. */
function fixture() {
  const clock = { at: 0 }
  const timers: (() => void)[] = []
  const changes: string[] = []
  const limiters = createLimiters({
    concurrencyMax: 8,
    now: () => clock.at,
    schedule: (run) => timers.push(run),
    onChange: (endpoint, { circuit }) => changes.push(`${endpoint} ${circuit}`),
  })
  return { limiters, timers, changes, clock }
}

/** An invocation that goes on until it is told to end. */
function working(limiters: Limiters, endpoint: Endpoint) {
  const ending = Promise.withResolvers<void>()
  const ended = limiters.of(endpoint).run(() => ending.promise, never)
  return { end: () => ending.resolve(), ended }
}

async function takeAway(limiters: Limiters, endpoint: Endpoint): Promise<void> {
  const limiter = limiters.of(endpoint)
  const gone = () =>
    Promise.reject(new InvocationError('connection_failed', endpoint.name, 'ECONNREFUSED'))
  while (limiter.state.circuit === 'closed') {
    await expect(limiter.run(gone, never)).rejects.toThrow('connection_failed')
  }
}

test('gives each endpoint, variant and component a limiter of its own', () => {
  const { limiters } = fixture()
  const all = [churn, fraud, { ...churn, variant: 'blue' }, { ...churn, inferenceComponent: 'a' }]
  expect(new Set(all.map((endpoint) => limiters.of(endpoint))).size).toBe(4)
  expect(limiters.of({ ...churn, model: 'a.tar.gz' })).toBe(limiters.of(churn))
  expect([...limiters.states.keys()]).toEqual(['churn-v3', 'fraud', 'churn-v3/blue', 'churn-v3/a'])
})

test('while one of two endpoints is gone, is ready for the other', async () => {
  const { limiters, changes } = fixture()
  await takeAway(limiters, churn)
  working(limiters, churn)
  const other = working(limiters, fraud)
  await limiters.ready(never)
  expect(limiters.isInTheWay(churn)).toBe(true)
  expect(limiters.isInTheWay(fraud)).toBe(false)
  expect(changes).toContain('churn-v3 open')
  expect(limiters.total).toMatchObject({ inFlight: 1, waiting: 1, circuit: 'open' })
  other.end()
  await other.ended
  // Nothing else has work now: who waits is in nobody's way.
  expect(limiters.isInTheWay(churn)).toBe(false)
  expect(limiters.of(churn).state).toMatchObject({ circuit: 'open', waiting: 1 })
})

test('an endpoint that nobody asks for any more is not told as gone', async () => {
  const { limiters, timers, clock } = fixture()
  limiters.of(fraud)
  await takeAway(limiters, churn)
  for (const run of timers.splice(0)) run()
  const { limit, answers } = limiters.total
  expect(limiters.total.circuit).toBe('probing')
  clock.at = 5 * 60_000
  expect(limiters.total).toMatchObject({ circuit: 'closed', limit: 0 })
  limiters.of(fraud)
  expect(limiters.total).toMatchObject({ circuit: 'closed', answers })
  expect(limiters.total.limit).toBeLessThan(limit)
  limiters.of(churn)
  expect(limiters.total).toMatchObject({ circuit: 'probing', limit })
})

test('when the only endpoint with work is gone, waits for its probe', async () => {
  const { limiters, timers } = fixture()
  await takeAway(limiters, churn)
  const waiting = working(limiters, churn)
  let ready = false
  const gate = limiters.ready(never).then(() => (ready = true))
  await Promise.resolve()
  expect(ready).toBe(false)
  for (const run of timers.splice(0)) run()
  await gate
  waiting.end()
  await waiting.ended
})

test('on abort, ready rejects with the signal’s reason', async () => {
  const { limiters } = fixture()
  await takeAway(limiters, churn)
  working(limiters, churn)
  const controller = new AbortController()
  const gate = limiters.ready(controller.signal)
  controller.abort(new Error('drained'))
  await expect(gate).rejects.toThrow('drained')
})

test('remembers no more than 64 endpoints, and each that has work', () => {
  const { limiters } = fixture()
  const busy = working(limiters, churn)
  for (let index = 0; index < 100; index++) limiters.of({ ...fraud, name: `fraud-${index}` })
  expect(limiters.states.size).toBe(64)
  expect([...limiters.states.keys()].slice(0, 2)).toEqual(['churn-v3', 'fraud-37'])
  busy.end()
})
