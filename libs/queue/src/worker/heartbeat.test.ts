import { limits } from '@millrace/job'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startHeartbeat } from './heartbeat.ts'
import { QueueError } from '../calls/queue-error.ts'
import type { EntryOutcome } from '../calls/settle-entries.ts'

beforeEach(() => void vi.useFakeTimers({ now: 0 }))
afterEach(() => void vi.useRealTimers())

/** A heartbeat of 120 s and 40 s, whose every extension is answered so. */
function beating(answer: (seconds: number) => Promise<EntryOutcome>) {
  const extended: { atSeconds: number; seconds: number }[] = []
  const lost: { atSeconds: number; error: QueueError }[] = []
  const heartbeat = startHeartbeat({
    visibilityTimeoutSeconds: 120,
    now: Date.now,
    extend(seconds) {
      extended.push({ atSeconds: Date.now() / 1_000, seconds })
      return answer(seconds)
    },
    onLost: (error) => void lost.push({ atSeconds: Date.now() / 1_000, error }),
  })
  return { heartbeat, extended, lost }
}
const well = async () => undefined
const badly = async () => new QueueError('unreachable', 'no answer')
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000)

describe('a heartbeat', () => {
  test('at a third of the timeout, extends by the whole of it', async () => {
    const { heartbeat, extended } = beating(well)
    expect(heartbeat.visibleUntilMs).toBe(120_000)
    await pass(80)
    expect(extended).toEqual([
      { atSeconds: 40, seconds: 120 },
      { atSeconds: 80, seconds: 120 },
    ])
    expect(heartbeat.visibleUntilMs).toBe(200_000)
  })

  test('after one failure, tries again sooner and is not lost', async () => {
    let beats = 0
    const { extended, lost } = beating(() => {
      beats += 1
      return beats === 1 ? badly() : well()
    })
    await pass(130)
    expect(extended.map(({ atSeconds }) => atSeconds)).toEqual([40, 50, 90, 130])
    expect(lost).toEqual([])
  })

  test('when nothing succeeds, is lost shortly before the visibility ends', async () => {
    const { extended, lost } = beating(badly)
    await pass(200)
    expect(lost.map(({ atSeconds, error }) => [atSeconds, error.code])).toEqual([
      [119, 'visibility_lost'],
    ])
    expect(extended.at(-1)?.atSeconds).toBeLessThan(119)
  })

  test('when its call hangs, is lost in time all the same', async () => {
    const { lost } = beating(() => new Promise(() => {}))
    await pass(119)
    expect(lost).toHaveLength(1)
  })

  test('when SQS has taken the message back, is lost at once', async () => {
    const { lost } = beating(async () => new QueueError('visibility_lost', 'invalid handle'))
    await pass(40)
    expect(lost[0]).toMatchObject({
      atSeconds: 40,
      error: { cause: { message: 'invalid handle' } },
    })
  })

  test('at twelve hours, extends to no more and is then lost', async () => {
    const { extended, lost } = beating(well)
    await pass(limits.visibilityMaxSeconds + 1)
    const ends = extended.map(({ atSeconds, seconds }) => atSeconds + seconds)
    expect(Math.max(...ends)).toBe(limits.visibilityMaxSeconds)
    expect(Math.min(...extended.map(({ seconds }) => seconds))).toBeGreaterThanOrEqual(40)
    expect(lost).toHaveLength(1)
  })

  test('once stopped, neither extends nor is lost', async () => {
    const { heartbeat, extended, lost } = beating(well)
    await heartbeat.stop()
    await pass(200)
    expect({ extended, lost, timers: vi.getTimerCount() }).toEqual({
      extended: [],
      lost: [],
      timers: 0,
    })
  })

  test('when stopped during a call, waits for the end of it', async () => {
    const answer = Promise.withResolvers<undefined>()
    const { heartbeat } = beating(() => answer.promise)
    await pass(40)
    let stopped = false
    const stopping = heartbeat.stop().then(() => (stopped = true))
    await pass(5)
    expect(stopped).toBe(false)
    answer.resolve(undefined)
    await stopping
    expect(vi.getTimerCount()).toBe(0)
  })
})
