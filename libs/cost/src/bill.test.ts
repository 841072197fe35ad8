import { expect, test } from 'vitest'
import { billOf, instancesPrice } from './bill.ts'
import { pricesOf } from './price-list.ts'
import type { Usage } from './usage.ts'

const nothing: Usage = {
  invocations: 0,
  endpointSeconds: 0,
  endpointBytesIn: 0,
  endpointBytesOut: 0,
  sqsRequests: 0,
  sqsFairRequests: 0,
  writeUnits: 0,
  readUnits: 0,
  s3Writes: 0,
  s3Reads: 0,
  workerSeconds: 0,
}
const virginia = pricesOf('us-east-1')

test.for<[keyof Usage, number, number]>([
  ['sqsRequests', 1e6, 0.4],
  ['sqsFairRequests', 1e6, 0.1],
  ['writeUnits', 1e6, 0.625],
  ['readUnits', 1e6, 0.125],
  ['s3Writes', 1e3, 0.005],
  ['s3Reads', 1e3, 0.0004],
  ['endpointBytesIn', 1e9, 0.016],
  ['workerSeconds', 3_600, 0.002963],
  ['invocations', 1e6, 0],
])('%s: %d cost $%d', ([what, quantity, dollars]) => {
  expect(billOf({ ...nothing, [what]: quantity }, 1e6, virginia).total).toBe(dollars)
})

test('the total is that of its parts, and of a million rows', () => {
  const bill = billOf({ ...nothing, sqsRequests: 1e6, writeUnits: 1e6 }, 250_000, virginia)
  expect(bill).toMatchObject({ sqs: 0.4, dynamodb: 0.625, total: 1.025, perMillionRows: 4.1 })
})

test('a job without rows has no price of a million', () => {
  expect(billOf(nothing, 0, virginia).perMillionRows).toBe(0)
})

test('instances cost their hours; an unknown type has no price', () => {
  expect(instancesPrice({ type: 'ml.m5.xlarge', count: 2 }, 1_800, virginia)).toBe(0.23)
  expect(instancesPrice({ type: 'ml.z9.huge', count: 2 }, 1_800, virginia)).toBeUndefined()
})
