import { type Batch, limits } from '@millrace/job'
import { expect, test } from 'vitest'
import { createPlanCache } from './plan-cache.ts'
import { batch, openJobWith } from '../test-data.fixture.ts'

const { job } = openJobWith({}, { plan: { batches: 400_000, rows: 400_000 } })
const planning = openJobWith().job
const whole = limits.planSegmentBatches

/** A cache over whole segments, the reads of which it notes. */
function createWorld(
  read: (segment: number) => Promise<readonly Batch[] | undefined> = wholeSegment,
) {
  const reads: number[] = []
  const planned = createPlanCache(async (_, segment) => {
    reads.push(segment)
    return await read(segment)
  })
  return { planned, reads }
}
const wholeSegment = async (segment: number): Promise<Batch[]> =>
  Array.from({ length: whole }, (_, index) => ({ ...batch, batch: segment * whole + index }))

test('batches of a segment share one read', async () => {
  const { planned, reads } = createWorld()
  const found = await Promise.all([0, 5, whole - 1].map((index) => planned(job, index)))
  expect(found.map((one) => one?.batch)).toEqual([0, 5, whole - 1])
  expect((await planned(job, whole))?.batch).toBe(whole)
  expect(reads).toEqual([0, 1])
})

test('a batch beyond a whole plan is not looked for', async () => {
  const { planned, reads } = createWorld()
  expect(await planned(job, 400_000)).toBeUndefined()
  expect(await planned(job, Number.MAX_SAFE_INTEGER)).toBeUndefined()
  expect(reads).toEqual([])
})

test('a batch beyond the last segment of a growing plan is not found', async () => {
  const { planned } = createWorld(async () => [batch])
  expect(await planned(planning, 1)).toBeUndefined()
})

test('while a plan grows, a segment that is not there is asked for again', async () => {
  const { planned, reads } = createWorld(async () => undefined)
  expect(await planned(planning, 100_000)).toBeUndefined()
  expect(await planned(planning, 100_000)).toBeUndefined()
  expect(reads).toHaveLength(2)
})

test.for([
  ['grows', planning],
  ['is whole', job],
] as const)('while a plan %s, an older read tells of no segment', async ([, known]) => {
  const older = Promise.withResolvers<undefined>()
  let isThere = false
  const { planned } = createWorld(async (segment) =>
    isThere ? await wholeSegment(segment) : await older.promise,
  )
  const asked = planned(planning, 0)
  isThere = true
  const askedLater = planned(known, 1)
  older.resolve(undefined)
  expect(await asked).toBeUndefined()
  expect((await askedLater)?.batch).toBe(1)
})

test('a whole plan that lacks a segment cannot be read', async () => {
  const { planned } = createWorld(async () => undefined)
  await expect(planned(job, 5)).rejects.toMatchObject({ code: 'plan_unreadable' })
})

test('the same batch of another job is another batch', async () => {
  const { planned, reads } = createWorld()
  await planned(job, 0)
  await planned({ ...job, jobId: 'j-other' as typeof job.jobId }, 0)
  expect(reads).toEqual([0, 0])
})

test('a read that fails is forgotten', async () => {
  let tries = 0
  const { planned, reads } = createWorld(async (segment) => {
    tries += 1
    if (tries === 1) throw new Error('503')
    return await wholeSegment(segment)
  })
  await expect(planned(job, 0)).rejects.toThrow('503')
  expect((await planned(job, 0))?.batch).toBe(0)
  expect(reads).toEqual([0, 0])
})

test('of many segments, the one read first is let go', async () => {
  const { planned, reads } = createWorld()
  for (let segment = 0; segment <= 128; segment += 1) await planned(job, segment * whole)
  await planned(job, whole)
  expect(reads).toHaveLength(129)
  await planned(job, 0)
  expect(reads).toHaveLength(130)
})
