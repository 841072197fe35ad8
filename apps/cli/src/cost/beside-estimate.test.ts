import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../test-data.fixture.ts'
import { besideEstimate } from './beside-estimate.ts'
import { costIn } from './read-cost.ts'
import { readEstimate } from './read-estimate.ts'

const usage = {
  ...{ invocations: 100, endpointSeconds: 10, endpointBytesIn: 900, endpointBytesOut: 90 },
  ...{ sqsRequests: 200, sqsFairRequests: 150, writeUnits: 220, readUnits: 80 },
  ...{ s3Writes: 10, s3Reads: 110, workerSeconds: 12 },
}
const estimate = { rows: 10_000, usage, bill: { total: 0.002 } }
const bill = {
  ...{ sqs: 0.001, dynamodb: 0.001, s3: 0.0005, endpointData: 0, fargate: 0 },
  ...{ total: 0.0025, perMillionRows: 0.25, region: 'us-east-1', readOn: '2026-01-01' },
}

/** A file with this text, read as an estimate. */
async function reading(text: string) {
  const file = join(await temporaryFolder(), 'estimate.json')
  await writeFile(file, text)
  return await readEstimate(file)
}

test('an estimate stands beside what was used, and how much more that is', async () => {
  const used = { ...usage, invocations: 125 }
  const cost = costIn({ cost: { usage: used, counted: { parts: 125, of: 125 }, bill } })
  const text = besideEstimate(await reading(JSON.stringify(estimate)), cost!)
  expect(text).toMatch(/^invocations +100 +125 +25 %$/m)
  expect(text).toMatch(/^SQS requests +200 +200 +0 %$/m)
  expect(text).toMatch(/^dollars +\$0\.002 +\$0\.0025 +25 %$/m)
})

test('a manifest without a bill has none to compare', () => {
  expect(costIn({ version: 1 })).toBeUndefined()
})

test.for<[string, string, RegExp]>([
  ['no JSON', 'rows: 5', /estimate\.json: is no JSON, wanted what millrace estimate/],
  ['no estimate', '{"rows":5}', /estimate\.json: usage: /],
])('%s is told in a sentence', async ([, text, message]) => {
  await expect(reading(text)).rejects.toThrow(message)
})

test('a file that is not there is told, with how to make it', async () => {
  await expect(readEstimate('/nowhere.json')).rejects.toMatchObject({
    message: '/nowhere.json: no such file',
    hint: 'millrace estimate --json makes one',
  })
})
