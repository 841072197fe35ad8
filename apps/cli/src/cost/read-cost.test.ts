import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createStorage, fileUri } from '@millrace/storage'
import { expect, test } from 'vitest'
import { jobWith, never, temporaryFolder } from '../test-data.fixture.ts'
import { readCost } from './read-cost.ts'

const usage = {
  ...{ invocations: 3, endpointSeconds: 1, endpointBytesIn: 9, endpointBytesOut: 9 },
  ...{ sqsRequests: 2, sqsFairRequests: 1, writeUnits: 2, readUnits: 8 },
  ...{ s3Writes: 1, s3Reads: 1, workerSeconds: 1 },
}
const bill = {
  ...{ sqs: 0.001, dynamodb: 0.001, s3: 0.0005, endpointData: 0, fargate: 0 },
  ...{ total: 0.0025, perMillionRows: 0.25, region: 'us-east-1', readOn: '2026-01-01' },
}
const cost = { usage, counted: { parts: 3, of: 3 }, bill }

test('a bill is that of the job whose manifest lies beside the result', async () => {
  const folder = await temporaryFolder()
  const { spec } = jobWith()
  const output = { ...spec.output, uri: fileUri(join(folder, 'scores.csv')) }
  const job = jobWith({ state: 'succeeded', spec: { ...spec, output } })
  const read = async () => await readCost(job, createStorage({}), never)
  const manifest = async (jobId: string) =>
    await writeFile(join(folder, 'scores.manifest.json'), JSON.stringify({ jobId, cost }))
  expect(await read()).toBeUndefined()
  await manifest(job.jobId)
  expect(await read()).toMatchObject({ usage: { invocations: 3 } })
  // A retry, or whatever else has written there since.
  await manifest('j-0123456789abcdef0123')
  expect(await read()).toBeUndefined()
})
