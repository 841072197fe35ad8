import { jobIdOf } from '@millrace/job'
import { describe, expect, test } from 'vitest'
import { createJobCache } from './job-cache.ts'
import type { OpenJob } from './open-job.ts'
import { jobId, openJobWith } from '../test-data.fixture.ts'

const open = openJobWith()

/** A cache over a ledger that counts its reads and notes what each knew before. */
function createWorld(answer: () => Promise<OpenJob | undefined> = async () => open) {
  const world = { at: 0, reads: [] as (OpenJob | undefined)[] }
  const cache = createJobCache(
    async (_, previous) => {
      world.reads.push(previous)
      return await answer()
    },
    () => world.at,
  )
  return { world, openJob: cache.open, openNow: cache.openNow }
}

test('batches of a new job that come at once share one read', async () => {
  const { world, openJob } = createWorld()
  const opened = await Promise.all(Array.from({ length: 100 }, () => openJob(jobId)))
  expect(opened.every((one) => one === open)).toBe(true)
  expect(world.reads).toHaveLength(1)
})

test('a job is trusted for two seconds, then read anew once', async () => {
  const { world, openJob } = createWorld()
  await openJob(jobId)
  world.at = 1_999
  await openJob(jobId)
  expect(world.reads).toEqual([undefined])
  world.at = 2_000
  await Promise.all(Array.from({ length: 100 }, () => openJob(jobId)))
  expect(world.reads).toEqual([undefined, open])
})

test('of jobs with very many objects only the last ones are kept', async () => {
  const { dataset } = open
  const objects = Array.from({ length: 90_000 }, () => dataset.objects[0]!)
  const heavy: OpenJob = { ...open, dataset: { ...dataset, objects } }
  const { world, openJob } = createWorld(async () => heavy)
  for (const token of ['one', 'two', 'three']) await openJob(jobIdOf(token))
  world.at = 10_000
  await openJob(jobIdOf('three'))
  await openJob(jobIdOf('one'))
  expect(world.reads).toEqual([undefined, undefined, undefined, heavy, undefined])
})

test('a job that is not there is asked for again', async () => {
  const answers = [undefined, open]
  const { world, openJob } = createWorld(async () => answers[world.reads.length - 1])
  expect(await openJob(jobId)).toBeUndefined()
  expect(await openJob(jobId)).toBe(open)
})

test('a read that fails is told to all who share it, and not to whoever asks next', async () => {
  const { world, openJob } = createWorld(async () => {
    if (world.reads.length === 1) throw new Error('throttled')
    return open
  })
  const both = await Promise.allSettled([openJob(jobId), openJob(jobId)])
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await openJob(jobId)).toBe(open)
  expect(world.reads).toHaveLength(2)
})

test('what was known before a read that failed is known to the next one', async () => {
  const { world, openJob } = createWorld(async () => {
    if (world.reads.length === 2) throw new Error('throttled')
    return open
  })
  await openJob(jobId)
  world.at = 2_000
  await expect(openJob(jobId)).rejects.toThrow('throttled')
  await openJob(jobId)
  expect(world.reads).toEqual([undefined, open, open])
})

test('a slow read that fails does not forget a later one', async () => {
  const { promise: slow, reject } = Promise.withResolvers<OpenJob>()
  const { world, openJob, openNow } = createWorld(() =>
    world.reads.length === 1 ? slow : Promise.resolve(open),
  )
  const first = openJob(jobId)
  world.at = 1_000
  const second = openNow(jobId)
  expect(await second).toBe(open)
  reject(new Error('timed out'))
  await expect(first).rejects.toThrow('timed out')
  expect(await openJob(jobId)).toBe(open)
  expect(world.reads).toHaveLength(2)
})

test('a read that takes longer than a job is trusted is shared, and nobody waits for another', async () => {
  const slow = Array.from({ length: 2 }, () => Promise.withResolvers<OpenJob>())
  const { world, openJob, openNow } = createWorld(() => slow[world.reads.length - 1]!.promise)
  const asked = Array.from({ length: 30 }, (_, second) => {
    world.at = second * 1_000
    return openJob(jobId)
  })
  expect(world.reads).toEqual([undefined])
  const now = openNow(jobId)
  await expect.poll(() => world.reads).toEqual([undefined, undefined])
  slow[1]!.resolve(open)
  expect(await now).toBe(open)
  slow[0]!.resolve(open)
  expect(new Set(await Promise.all(asked))).toEqual(new Set([open]))
})

test('of many jobs, the one read longest ago is let go', async () => {
  const { world, openJob } = createWorld()
  const jobs = Array.from({ length: 65 }, (_, index) => jobIdOf(`job ${index}`))
  for (const one of jobs) await openJob(one)
  await openJob(jobs[64]!)
  await openJob(jobs[1]!)
  expect(world.reads).toHaveLength(65)
  await openJob(jobs[0]!)
  expect(world.reads).toHaveLength(66)
})

describe('asked for a job as it is now', () => {
  test('reads it, however fresh what it knows', async () => {
    const { world, openJob, openNow } = createWorld()
    await openJob(jobId)
    expect(await openNow(jobId)).toBe(open)
    expect(world.reads).toEqual([undefined, open])
  })

  test('many times at once, reads once', async () => {
    const { world, openNow } = createWorld()
    await Promise.all(Array.from({ length: 100 }, () => openNow(jobId)))
    expect(world.reads).toHaveLength(1)
  })

  test('while an earlier read is under way, reads again', async () => {
    const first = Promise.withResolvers<OpenJob>()
    const { world, openNow } = createWorld(() =>
      world.reads.length === 1 ? first.promise : Promise.resolve(open),
    )
    const before = openNow(jobId)
    await expect.poll(() => world.reads.length).toBe(1)
    const after = openNow(jobId)
    first.resolve(open)
    expect(await Promise.all([before, after])).toEqual([open, open])
    expect(world.reads).toHaveLength(2)
  })

  test('tells whoever asks next what it has read', async () => {
    const { world, openJob, openNow } = createWorld()
    await openNow(jobId)
    await openJob(jobId)
    expect(world.reads).toHaveLength(1)
  })
})
