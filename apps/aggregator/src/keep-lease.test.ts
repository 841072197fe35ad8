import { once } from 'node:events'
import { expect, test } from 'vitest'
import { keepLease } from './keep-lease.ts'
import { never } from './test-data.fixture.ts'

/** Ticks come every millisecond of real time; the clock moves by `step` with each look at it. */
function timingOf(step: number) {
  let at = 0
  return { everyMs: 1, lostAfterMs: 60, now: () => (at += step) }
}
const timers = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
const untilAborted = async (signal: AbortSignal): Promise<never> => {
  if (!signal.aborted) await once(signal, 'abort')
  throw signal.reason
}

test('while the lease is renewed, the work goes on to its end', async () => {
  const { promise: renewedThrice, resolve } = Promise.withResolvers<void>()
  let renewals = 0
  const renew = async () => {
    renewals += 1
    if (renewals === 3) resolve()
    return true
  }
  const done = await keepLease(renew, timingOf(1), never, async (held) => {
    await renewedThrice
    return held.aborted ? 'lost' : 'done'
  })
  expect(done).toBe('done')
})

test('when a renewal is refused, the work is aborted', async () => {
  const working = keepLease(async () => false, timingOf(1), never, untilAborted)
  await expect(working).rejects.toMatchObject({ code: 'lease_lost', retryable: true })
})

test('when no renewal succeeds in time, the lease counts as lost', async () => {
  let tries = 0
  const renew = () => {
    tries += 1
    return Promise.reject(new Error('ledger out of reach'))
  }
  const working = keepLease(renew, timingOf(10), never, untilAborted)
  await expect(working).rejects.toMatchObject({ code: 'lease_lost' })
  expect(tries).toBeGreaterThan(1)
})

test('when the ledger never answers, the lease counts as lost', async () => {
  const working = keepLease(untilAborted, timingOf(20), never, untilAborted)
  await expect(working).rejects.toMatchObject({ code: 'lease_lost' })
})

test('a renewal that succeeds in between starts the time anew', async () => {
  const { promise: enough, resolve } = Promise.withResolvers<void>()
  let tries = 0
  const renew = async () => {
    tries += 1
    if (tries === 12) resolve()
    if (tries % 2 === 0) throw new Error('throttled')
    return true
  }
  await keepLease(renew, timingOf(10), never, async (held) => {
    await Promise.race([enough, untilAborted(held)])
  })
  expect(tries).toBeGreaterThanOrEqual(12)
})

test('when the work ends, no renewal comes after it', async () => {
  let renewals = 0
  const renew = async () => {
    renewals += 1
    return true
  }
  const timersBefore = timers()
  await expect(
    keepLease(renew, timingOf(1), never, () => Promise.reject(new Error('disk full'))),
  ).rejects.toThrow('disk full')
  expect(renewals).toBe(0)
  expect(timers()).toBe(timersBefore)
})

test('when aborted from outside, the work hears that reason', async () => {
  const stop = new AbortController()
  const working = keepLease(async () => true, timingOf(1), stop.signal, untilAborted)
  stop.abort(new Error('drained'))
  await expect(working).rejects.toThrow('drained')
})
