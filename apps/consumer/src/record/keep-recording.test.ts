import { expect, test } from 'vitest'
import { keepRecording } from './keep-recording.ts'
import { never } from '../test-data.fixture.ts'

const throttled = new Error('throttled')

/** A ledger that is away for so long, in a time that passes only in waits. */
function awayFor(awayMs: number, away: Error = throttled) {
  let nowMs = 0
  const seen = { tries: 0, told: 0, waits: [] as number[] }
  const deps = {
    isAway: (error: unknown) => error === throttled,
    onWait: () => void (seen.told += 1),
    sleep: async (ms: number, signal: AbortSignal) => {
      signal.throwIfAborted()
      nowMs += ms
      seen.waits.push(ms)
    },
    random: () => 0.5,
    now: () => nowMs,
  }
  const record = async () => {
    seen.tries += 1
    if (nowMs < awayMs) throw away
    return 'recorded'
  }
  return { seen, deps, record }
}

test('on a ledger that is throttled for a minute, records in the end and tells it once', async () => {
  const { seen, deps, record } = awayFor(60_000)
  expect(await keepRecording(deps, record, never)).toBe('recorded')
  expect(seen).toMatchObject({ told: 1, tries: 11 })
  expect(seen.waits).toEqual([...seen.waits].sort((a, b) => a - b))
})

test('on a ledger that stays away, ends with its failure before the job counts as stalled', async () => {
  const { seen, deps, record } = awayFor(Number.POSITIVE_INFINITY)
  await expect(keepRecording(deps, record, never)).rejects.toBe(throttled)
  expect(deps.now()).toBeGreaterThanOrEqual(600_000)
  expect(deps.now()).toBeLessThan(620_000)
  expect(seen.waits.every((ms) => ms <= 15_000)).toBe(true)
})

test('on a failure that is no outage, throws it at once', async () => {
  const { seen, deps, record } = awayFor(1, new Error('an item that is too large'))
  await expect(keepRecording(deps, record, never)).rejects.toThrow('too large')
  expect(seen).toEqual({ tries: 1, told: 0, waits: [] })
})

test('aborted while it waits, ends with the reason', async () => {
  const { deps, record } = awayFor(Number.POSITIVE_INFINITY)
  const work = new AbortController()
  const sleep = async (ms: number, signal: AbortSignal) => {
    if (deps.now() > 5_000) work.abort(new Error('drained'))
    await deps.sleep(ms, signal)
  }
  await expect(keepRecording({ ...deps, sleep }, record, work.signal)).rejects.toThrow('drained')
})
