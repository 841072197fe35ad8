import { expect, test } from 'vitest'
import { billOf } from './bill.ts'
import { pricesOf } from './price-list.ts'
import { type Recorded, recordedUsage } from './recorded-usage.ts'
import { addSpent, NOTHING_SPENT } from './spent.ts'

const spent = { parts: 90, calls: 180, writes: 270, reads: 9, sent: 9_000, got: 4_500, ms: 45_000 }
const recorded: Recorded = {
  rows: 10_000,
  batches: 100,
  objects: 1,
  inputBytes: 240_000,
  predictionBytes: 180_000,
  invocations: 104,
  invocationMs: 52_000,
  joins: false,
  partitions: 16,
  spent,
}

test('what was counted of most parts is carried over to all', () => {
  const { usage, parts, of } = recordedUsage(recorded)
  expect({ parts, of }).toEqual({ parts: 90, of: 100 })
  expect(usage).toMatchObject({
    invocations: 104,
    endpointSeconds: 52,
    endpointBytesIn: 10_000,
    endpointBytesOut: 5_000,
    // Ten calls that publish, and those of the consumers.
    sqsFairRequests: 210,
    writeUnits: 300 + 15,
    // Those of the consumers; 16 partitions of seven parts of 2 KB; an item of progress, and looks at the job.
    readUnits: 10 + 16 * 4 + 1 + 8,
    workerSeconds: 50,
  })
})

test('a worker that recorded parts of other jobs too does not make it less', () => {
  const { usage } = recordedUsage({ ...recorded, spent: { ...spent, parts: 120 } })
  expect(usage.sqsFairRequests).toBe(190)
})

test('nothing counted is nothing carried over', () => {
  const { usage } = recordedUsage({ ...recorded, spent: NOTHING_SPENT })
  expect(usage.sqsFairRequests).toBe(10)
})

test('the sum of what was spent is that of each', () => {
  expect(addSpent(spent, { ...NOTHING_SPENT, calls: 1 })).toEqual({ ...spent, calls: 181 })
})

test('what was used has a price', () => {
  expect(
    billOf(recordedUsage(recorded).usage, 10_000, pricesOf('us-east-1')).total,
  ).toBeGreaterThan(0.000_2)
})
