import { type JobState, jobIdOf } from '@millrace/job'
import { expect, test } from 'vitest'
import { createStateCache } from './state-cache.ts'
import { jobId, never } from './test-data.fixture.ts'

function createWorld() {
  const world = { at: 0, reads: 0, state: 'planning' as JobState | undefined }
  const stateOf = createStateCache(
    async () => {
      world.reads += 1
      return world.state
    },
    () => world.at,
  )
  return { world, stateOf }
}

test('a state is trusted for two seconds, then read anew', async () => {
  const { world, stateOf } = createWorld()
  await stateOf(jobId, never)
  world.state = 'paused'
  world.at = 1_999
  expect(await stateOf(jobId, never)).toBe('planning')
  world.at = 2_000
  expect(await stateOf(jobId, never)).toBe('paused')
  expect(world.reads).toBe(2)
})

test('a job that is gone counts as cancelled', async () => {
  const { world, stateOf } = createWorld()
  world.state = undefined
  expect(await stateOf(jobId, never)).toBe('cancelled')
})

test('of many jobs, the one read longest ago is forgotten', async () => {
  const { world, stateOf } = createWorld()
  const jobs = Array.from({ length: 17 }, (_, index) => jobIdOf(`job ${index}`))
  for (const one of jobs) await stateOf(one, never)
  await stateOf(jobs[16]!, never)
  expect(world.reads).toBe(17)
  await stateOf(jobs[0]!, never)
  expect(world.reads).toBe(18)
})

test('that a job is paused is never an old word', async () => {
  const { world, stateOf } = createWorld()
  world.state = 'paused'
  expect(await stateOf(jobId, never)).toBe('paused')
  world.state = 'planning'
  expect(await stateOf(jobId, never)).toBe('planning')
})
