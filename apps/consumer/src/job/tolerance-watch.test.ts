import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Job, JobFailure } from '@millrace/job'
import { expect, test } from 'vitest'
import { jobId, openJobWith } from '../test-data.fixture.ts'
import { createToleranceWatch } from './tolerance-watch.ts'

const plan = { batches: 100, rows: 10_000 }
const { job: tolerant } = openJobWith({ tolerance: { failedRowsMax: 5 } }, { plan })

/** A job whose failed rows the test sets; time passes only by `pass`. */
function createWorld(change: { failedRows?: () => Promise<number>; job?: Job } = {}) {
  const world = {
    failedRows: 0,
    job: change.job ?? tolerant,
    looks: 0,
    at: 0,
    errors: [] as unknown[],
    failures: [] as JobFailure[],
    sleeps: [] as { ms: number; end: () => void }[],
    /** Ends the wait between two looks, and lets what follows happen. */
    async pass() {
      await expect.poll(() => world.sleeps.length).toBe(1)
      world.sleeps.shift()?.end()
      await nextTurn()
    },
  }
  const watch = createToleranceWatch({
    job: async () => world.job,
    failedRows: async () => {
      world.looks += 1
      return await (change.failedRows?.() ?? Promise.resolve(world.failedRows))
    },
    failJob: async (_, failure) => void world.failures.push(failure),
    onError: (error) => void world.errors.push(error),
    sleep: (ms) => new Promise<void>((end) => world.sleeps.push({ ms, end })),
    now: () => world.at,
  })
  return { world, watch }
}

test('a job without a tolerance is not looked at', async () => {
  const { job } = openJobWith({}, { plan })
  const { world, watch } = createWorld({ job })
  watch(job, 1)
  await nextTurn()
  expect(world.looks).toBe(0)
})

test('the first failed row is looked at once, and the job goes on', async () => {
  const { world, watch } = createWorld()
  world.failedRows = 5
  watch(tolerant, 1)
  await expect.poll(() => world.sleeps.length).toBe(1)
  expect(world).toMatchObject({ looks: 1, failures: [] })
})

test('rows that fail between two looks are looked at in the next', async () => {
  const { world, watch } = createWorld()
  watch(tolerant, 1)
  await expect.poll(() => world.sleeps.length).toBe(1)
  for (let row = 0; row < 100; row += 1) watch(tolerant, 1)
  world.failedRows = 6
  expect(world.looks).toBe(1)
  await world.pass()
  await expect
    .poll(() => world.failures)
    .toMatchObject([{ message: expect.stringMatching(/^6 rows failed, the job tolerates 5;/) }])
  expect(world.looks).toBe(2)
})

test('without further failed rows, looking ends', async () => {
  const { world, watch } = createWorld()
  watch(tolerant, 1)
  await world.pass()
  expect(world.looks).toBe(1)
  watch(tolerant, 1)
  await expect.poll(() => world.looks).toBe(2)
})

test('a tolerance raised meanwhile counts', async () => {
  const { world, watch } = createWorld()
  world.failedRows = 6
  world.job = { ...tolerant, adjusted: { tolerance: { failedRowsMax: 6 } } }
  watch(tolerant, 1)
  await expect.poll(() => world.sleeps.length).toBe(1)
  expect(world.failures).toEqual([])
})

test('a tolerance lowered below what has failed ends the job, though nothing fails any more', async () => {
  const { world, watch } = createWorld()
  world.failedRows = 5
  watch(tolerant, 0)
  await nextTurn()
  expect(world.looks).toBe(0)
  world.job = { ...tolerant, adjusted: { tolerance: { failedRowsMax: 4 } } }
  watch(world.job, 0)
  await expect
    .poll(() => world.failures)
    .toMatchObject([{ message: expect.stringMatching(/^5 rows failed, the job tolerates 4;/) }])
})

test('a tolerance that was adjusted is looked at once', async () => {
  const { world, watch } = createWorld()
  const adjusted = { ...tolerant, adjusted: { tolerance: { failedRowsMax: 9 } } }
  watch(adjusted, 0)
  await world.pass()
  for (let batch = 0; batch < 100; batch += 1) watch(adjusted, 0)
  await nextTurn()
  expect(world.looks).toBe(1)
  watch({ ...tolerant, adjusted: { tolerance: { failedRowsMax: 8 } } }, 0)
  await expect.poll(() => world.looks).toBe(2)
})

test('counting takes a twentieth of the time at most', async () => {
  const { world, watch } = createWorld({
    failedRows: async () => {
      world.at += 700
      return 0
    },
  })
  watch(tolerant, 1)
  await expect.poll(() => world.sleeps.map(({ ms }) => ms)).toEqual([14_000])
})

test('a look that fails is told and made again', async () => {
  const failing = [new Error('throttled')]
  const { world, watch } = createWorld({
    failedRows: async () => {
      const error = failing.pop()
      if (error !== undefined) throw error
      return 6
    },
  })
  watch(tolerant, 1)
  await world.pass()
  await expect.poll(() => world.failures).toHaveLength(1)
  expect(world.errors).toEqual([new Error('throttled')])
})

test('two jobs are watched each for itself', async () => {
  const { world, watch } = createWorld()
  watch(tolerant, 1)
  watch({ ...tolerant, jobId: `${jobId}-other` as typeof jobId }, 1)
  await expect.poll(() => world.looks).toBe(2)
})
