import { expect, test } from 'vitest'
import type { Batch } from './batch.ts'
import { readPlan } from './documents.ts'
import type { Job } from './job.ts'
import { limits } from './limits.ts'
import {
  decodePlanSegment,
  encodePlanSegment,
  PlanError,
  planSegmentName,
  planSegmentOf,
} from './plan.ts'

const batchAt = (batch: number): Batch => ({
  batch,
  rows: { start: batch * 100, end: batch * 100 + 100 },
  bytes: { start: 2 ** 33 + batch * 2_400, end: 2 ** 33 + batch * 2_400 + 2_400 },
  object: batch % 3,
})
const batches = (from: number, count: number): Batch[] =>
  Array.from({ length: count }, (_, index) => batchAt(from + index))

test('a segment gives its batches back, far beyond four gigabytes', () => {
  const written = batches(0, 3)
  expect(decodePlanSegment(0, encodePlanSegment(written))).toEqual(written)
})

test('a record stands where its batch number says', () => {
  const bytes = encodePlanSegment(batches(1_024, 5))
  expect(bytes.length).toBe(8 + 5 * 32)
  expect(Number(bytes.readBigUInt64LE(8 + 32 * 4))).toBe(batchAt(1_028).rows.start)
})

test('batches of a segment share its name', () => {
  expect([0, 1_023, 1_024].map(planSegmentOf)).toEqual([0, 0, 1])
  expect(planSegmentName(1)).toBe('plan/000001.bin')
})

test('a segment that does not begin at its place is a bug', () => {
  expect(() => encodePlanSegment(batches(5, 2))).toThrow()
})

test.for([
  ['cut', encodePlanSegment(batches(0, 2)).subarray(0, 60)],
  ['empty', Buffer.alloc(0)],
  ['of another version', Buffer.concat([Buffer.from('MRPLAN\x02\x00'), Buffer.alloc(32)])],
] as const)('a segment that is %s is refused', ([, bytes]) => {
  expect(() => decodePlanSegment(0, Buffer.from(bytes))).toThrow(PlanError)
})

const documentsOf = (segments: readonly Buffer[]) => ({
  read: async (name: string) => segments[Number(/(\d+)\.bin/.exec(name)?.[1])],
  write: async () => {},
})
const jobOf = (count: number) => ({ plan: { batches: count, rows: count * 100 } }) as Job
const collect = async (segments: readonly Buffer[], count: number): Promise<Batch[]> =>
  await Array.fromAsync(readPlan(documentsOf(segments), jobOf(count), AbortSignal.timeout(1_000)))

test('a plan of several segments is read in order', async () => {
  const whole = limits.planSegmentBatches
  const segments = [encodePlanSegment(batches(0, whole)), encodePlanSegment(batches(whole, 2))]
  expect(await collect(segments, whole + 2)).toEqual(batches(0, whole + 2))
})

test('a plan with a batch too few is refused', async () => {
  await expect(collect([encodePlanSegment(batches(0, 2))], 3)).rejects.toThrow(
    /2 batches, .* has 3/,
  )
})

test('a plan without its second segment is refused', async () => {
  const first = encodePlanSegment(batches(0, limits.planSegmentBatches))
  await expect(collect([first], limits.planSegmentBatches + 1)).rejects.toThrow(
    /000001.bin: is missing/,
  )
})
