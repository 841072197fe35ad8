import { jobIdOf } from '@millrace/job'
import { expect, test } from 'vitest'
import { createJobCache } from './job-cache.ts'
import type { OpenJob } from './process-batch.ts'
import { batch, jobId, openJobWith } from './test-data.ts'

const message = { jobId, ...batch }
const open = openJobWith()

/** A cache over a ledger that counts its reads and notes what each knew before. */
function createWorld(answer: () => Promise<OpenJob | undefined> = async () => open) {
  const world = { at: 0, reads: [] as (OpenJob | undefined)[] }
  const openJob = createJobCache(
    async (_, previous) => {
      world.reads.push(previous)
      return await answer()
    },
    () => world.at,
  )
  return { world, openJob }
}

test('batches of a new job that come at once share one read', async () => {
  const { world, openJob } = createWorld()
  const opened = await Promise.all(Array.from({ length: 100 }, () => openJob(message)))
  expect(opened.every((one) => one === open)).toBe(true)
  expect(world.reads).toHaveLength(1)
})

test('a job is trusted for two seconds, then read anew once', async () => {
  const { world, openJob } = createWorld()
  await openJob(message)
  world.at = 1_999
  await openJob(message)
  expect(world.reads).toEqual([undefined])
  world.at = 2_000
  await Promise.all(Array.from({ length: 100 }, () => openJob(message)))
  expect(world.reads).toEqual([undefined, open])
})

test('a job that is not there is asked for again', async () => {
  const answers = [undefined, open]
  const { world, openJob } = createWorld(async () => answers[world.reads.length - 1])
  expect(await openJob(message)).toBeUndefined()
  expect(await openJob(message)).toBe(open)
})

test('a read that fails is told to all who share it, and forgotten', async () => {
  const { world, openJob } = createWorld(async () => {
    if (world.reads.length === 1) throw new Error('throttled')
    return open
  })
  const both = await Promise.allSettled([openJob(message), openJob(message)])
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await openJob(message)).toBe(open)
  expect(world.reads).toHaveLength(2)
})

test('a slow read that fails does not forget a later one', async () => {
  const { promise: slow, reject } = Promise.withResolvers<OpenJob>()
  const { world, openJob } = createWorld(() =>
    world.reads.length === 1 ? slow : Promise.resolve(open),
  )
  const first = openJob(message)
  world.at = 5_000
  const second = openJob(message)
  reject(new Error('timed out'))
  await expect(first).rejects.toThrow('timed out')
  expect(await second).toBe(open)
  expect(await openJob(message)).toBe(open)
  expect(world.reads).toHaveLength(2)
})

test('of many jobs, the one read longest ago is let go', async () => {
  const { world, openJob } = createWorld()
  const messages = Array.from({ length: 65 }, (_, index) => ({
    ...message,
    jobId: jobIdOf(`job ${index}`),
  }))
  for (const one of messages) await openJob(one)
  await openJob(messages[64]!)
  await openJob(messages[1]!)
  expect(world.reads).toHaveLength(65)
  await openJob(messages[0]!)
  expect(world.reads).toHaveLength(66)
})
