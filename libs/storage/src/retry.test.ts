import { describe, expect, test } from 'vitest'
import { systemClock } from './clock.ts'
import { withRetries } from './retry.ts'
import { StorageError } from './storage-error.ts'

const signal = new AbortController().signal
const passing = new StorageError('throttled', 'read', 's3://bucket/key', 'SlowDown')
const final = new StorageError('access_denied', 'read', 's3://bucket/key', 'AccessDenied')

function clockOf(random: number) {
  const pauses: number[] = []
  const pause = async (ms: number) => {
    pauses.push(ms)
  }
  return { now: () => 0, random: () => random, pause, pauses }
}

describe('retries', () => {
  test.for([
    [0, [0, 0, 0, 0, 0]],
    [0.5, [50, 100, 200, 400, 800]],
    [0.999, [99.9, 199.8, 399.6, 799.2, 1598.4]],
  ] as const)('with chance %d, pause %j ms', async ([random, pauses]) => {
    const clock = clockOf(random)
    const failing = async () => Promise.reject(passing)
    await expect(withRetries(clock, failing, signal)).rejects.toBe(passing)
    expect(clock.pauses).toEqual(pauses)
  })

  test('end with the first success', async () => {
    let attempts = 0
    const request = async () => {
      attempts += 1
      if (attempts < 3) throw passing
      return 'done'
    }
    expect(await withRetries(clockOf(0), request, signal)).toBe('done')
    expect(attempts).toBe(3)
  })

  test.for([final, new TypeError('a bug')])('do not repeat %s', async (error) => {
    const clock = clockOf(0)
    const failing = async () => Promise.reject(error)
    await expect(withRetries(clock, failing, signal)).rejects.toBe(error)
    expect(clock.pauses).toEqual([])
  })

  test('on abort in a pause, throw the reason', async () => {
    const stop = new AbortController()
    const reason = new Error('drained')
    const pause = async (_: number, aborted: AbortSignal) => {
      const pausing = systemClock.pause(60_000, aborted)
      stop.abort(reason)
      await pausing
    }
    const clock = { ...systemClock, pause }
    const failing = async () => Promise.reject(passing)
    await expect(withRetries(clock, failing, stop.signal)).rejects.toBe(reason)
  })
})
