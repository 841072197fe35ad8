import { expect, test } from 'vitest'
import { expectUsage, type JobShape } from './expect-usage.ts'

const shape: JobShape = {
  rows: 100_000,
  batches: 1_000,
  objects: 1,
  inputBytes: 2_400_000,
  rowBytesIn: 20,
  rowBytesOut: 18,
  partUnits: 1,
  partBytes: 900,
  batchSeconds: 1,
  concurrency: 16,
  consumers: 2,
  joins: false,
  partitions: 16,
}
const usageOf = (change: Partial<JobShape>) => expectUsage({ ...shape, ...change }).usage

test('time is that of the batches, shared by those in flight', () => {
  expect(expectUsage(shape).seconds).toBe(62.5)
  expect(expectUsage({ ...shape, concurrency: 2_000 }).seconds).toBe(1)
})

test('a slow endpoint has each message received and nearly each deleted alone', () => {
  const { sqsFairRequests } = usageOf({ batchSeconds: 5 })
  expect(sqsFairRequests).toBeGreaterThan(2_000)
  expect(sqsFairRequests).toBeLessThan(2_100)
})

test('a fast endpoint has messages received and deleted by tens', () => {
  expect(usageOf({ batchSeconds: 0.001, concurrency: 64 }).sqsFairRequests).toBe(302)
})

test('each batch costs its part and its mark', () => {
  const [one, five] = [usageOf({}), usageOf({ partUnits: 5 })]
  expect(one.writeUnits / 1_000).toBeCloseTo(2.02, 2)
  expect(five.writeUnits - one.writeUnits).toBe(4_000)
})

test.for([
  ['of 32 batches at most', {}, 32],
  ['of a megabyte at most', { inputBytes: 200_000_000 }, 200],
  ['of one batch at least', { inputBytes: 2_000_000_000 }, 1_000],
  ['of one object', { objects: 300 }, 300],
] as const)(
  'columns of the input beside the result are read again, in pieces %s',
  ([, change, reads]) => {
    const joined = usageOf({ ...change, joins: true }).s3Reads
    expect(joined - usageOf(change).s3Reads).toBe(reads)
  },
)

test('what is sent and answered follows from the rows', () => {
  expect(usageOf({})).toMatchObject({ endpointBytesIn: 2_000_000, endpointBytesOut: 1_800_000 })
})
