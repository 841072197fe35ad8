import { describe, expect, test } from 'vitest'
import { createWatch, running, STALLED_MS } from './reconcile.fixture.ts'
import { type Deps, reconcileForever } from './reconcile.ts'
import { jobId, streamOf } from './test-data.fixture.ts'

describe('the watch', () => {
  const rhythm = (stalledMs: number) => ({ stalledMs, deadlinesMs: 1_000 })

  /** Stops after so many looks at all jobs; answers how many looks at deadlines there were meanwhile. */
  async function looksAtDeadlines(looksMax: number, stalledMs: number, deadlinesMs: number) {
    const { deps } = createWatch()
    const stop = new AbortController()
    const looks = { atAll: 0, atDeadlines: 0 }
    const activeJobs: Deps['activeJobs'] = () => {
      looks.atAll += 1
      if (looks.atAll === looksMax) stop.abort()
      return streamOf([])
    }
    const jobsWithDeadline: Deps['jobsWithDeadline'] = () => {
      looks.atDeadlines += 1
      return streamOf([])
    }
    const watching = { ...deps, activeJobs, jobsWithDeadline }
    await reconcileForever(watching, { stalledMs, deadlinesMs }, stop.signal)
    return looks.atDeadlines
  }

  test.for([
    ['in between where the others are further apart', 50, 4, 2 * 2],
    ['together with the others where those are as often', 50, 10, 0],
    ['together with the others where those are more often', 5, 1_000, 0],
  ] as const)('looks at deadlines %s', async ([, stalledMs, deadlinesMs, wanted]) => {
    expect(await looksAtDeadlines(3, stalledMs, deadlinesMs)).toBe(wanted)
  })

  test('goes on after a look that failed', async () => {
    const { deps, world } = createWatch()
    const stop = new AbortController()
    let looks = 0
    const activeJobs: Deps['activeJobs'] = () => {
      looks += 1
      if (looks < 3) throw new Error('no answer')
      stop.abort()
      return streamOf([])
    }
    await reconcileForever({ ...deps, activeJobs }, rhythm(5), stop.signal)
    const failed = 'jobs not looked at : Error: no answer'
    expect(world.asked).toEqual([failed, failed])
  })

  test('ends when it is told to, even in the middle of a look', async () => {
    const { deps } = createWatch()
    const stop = new AbortController()
    const recordedBatches: Deps['recordedBatches'] = async (_, signal) => {
      stop.abort()
      signal.throwIfAborted()
      return 0
    }
    await reconcileForever({ ...deps, recordedBatches }, rhythm(STALLED_MS), stop.signal)
    expect(stop.signal.aborted).toBe(true)
  })

  test('looks again and again', async () => {
    const { deps } = createWatch()
    const stop = new AbortController()
    let looks = 0
    const recordedBatches = async () => {
      looks += 1
      if (looks === 3) stop.abort()
      return looks
    }
    await reconcileForever({ ...deps, recordedBatches }, rhythm(5), stop.signal)
    expect(looks).toBe(3)
  })

  test('tells ends once in the time after which a job counts as stalled', async () => {
    const { deps, world } = createWatch()
    const stop = new AbortController()
    let looks = 0
    world.untold = [running]
    const activeJobs: Deps['activeJobs'] = () => {
      looks += 1
      if (looks === 11) stop.abort()
      return streamOf([])
    }
    await reconcileForever({ ...deps, activeJobs }, rhythm(5), stop.signal)
    expect(world.asked).toEqual([`end ${jobId}`, `end ${jobId}`])
  })
})
