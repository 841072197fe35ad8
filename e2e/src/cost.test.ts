import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CloudUsage } from '@millrace/cloud'
import { isFinal, type Job, type JobSpecInput, jobIdOf } from '@millrace/job'
import { readJob } from '@millrace/ledger'
import { createRandom } from '@millrace/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { runCli, temporaryFolder } from './support/cli.ts'
import { BUCKET, type Fleet, startFleet } from './support/fleet.ts'
import { objectsOf } from './support/objects.ts'

/** What one of ours says, and what the emulators have counted, may differ by so much. */
const WITHIN = 0.1
/** How many times what was read a bill may say. */
const READS_MAX = 1.6
const BATCHES = 96
const CONCURRENCY = 8
const CONSUMERS = 2

const JOBS: readonly (Shape & { readonly what: string })[] = [
  { what: 'batches of 100 rows', batchRows: 100, badRows: 0, join: 'none' },
  { what: 'batches of 1,000 rows', batchRows: 1_000, badRows: 0, join: 'none' },
  { what: 'all columns joined and failed rows', batchRows: 100, badRows: 4, join: 'all' },
]

interface Shape {
  readonly batchRows: number
  readonly badRows: number
  readonly join: 'none' | 'all'
}

let fleet: Fleet
let url: string
let close: () => Promise<void>

beforeAll(async () => {
  ;({ url, close } = await startJittery())
  fleet = await startFleet({ counting: true })
  const env = { AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: url, MILLRACE_ENDPOINTS_ALLOWED: 'jittery' }
  fleet.start('producer', env)
  for (let consumer = 0; consumer < CONSUMERS; consumer += 1) {
    fleet.start('consumer', { ...env, MILLRACE_CONCURRENCY: String(CONCURRENCY / CONSUMERS) })
  }
  fleet.start('aggregator', env)
})
afterAll(async () => {
  await fleet[Symbol.asyncDispose]()
  await close()
})

test.for(JOBS)('the estimate and the bill of a job with $what are what it used', async (shape) => {
  const table = tableOf(shape)
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'rows.csv'), table)
  const estimate = await estimateOf(folder.path, url, shape)

  const objects = objectsOf(fleet)
  await objects.put('data/rows.csv', table)
  const before = fleet.cloud.usage
  await fleet.submit(shape.what, specOf(shape))
  const { job, looks } = await endOf(shape.what)
  expect(job.state).toBe(shape.badRows === 0 ? 'succeeded' : 'succeeded_with_failures')
  const manifest = JSON.parse((await objects.get('results/out.manifest.json')) ?? '')
  const counted = difference(fleet.cloud.usage, before)
  const { usage } = manifest.cost

  expectNear(usage.sqsRequests, counted.requests)
  expectNear(usage.writeUnits, counted.writes)
  expectNear(usage.s3Reads, counted.s3Reads)
  // Neither knows that there is a file of the failed rows.
  expectNear(usage.s3Writes, counted.s3Writes - (shape.badRows === 0 ? 0 : 1))
  // What is read of parts follows from the kilobytes that they were written in, and is less where they are small.
  expect(usage.readUnits / (counted.reads - looks)).toBeGreaterThan(1 - WITHIN)
  expect(usage.readUnits / (counted.reads - looks)).toBeLessThan(READS_MAX)
  expectNear(estimate.usage.sqsRequests, usage.sqsRequests)
  expectNear(estimate.usage.writeUnits, usage.writeUnits)
  expectNear(estimate.usage.s3Reads, usage.s3Reads)
  expectNear(estimate.usage.s3Writes, usage.s3Writes)
  expectNear(estimate.usage.readUnits, counted.reads - looks)
  expect(usage.invocations).toBeGreaterThanOrEqual(BATCHES)
})

/** Waits for a job's end, and tells how often it has read the job for that. */
async function endOf(token: string): Promise<{ readonly job: Job; readonly looks: number }> {
  let looks = 0
  const job = await vi.waitFor(
    async () => {
      looks += 1
      const job = await readJob(fleet.ledger, jobIdOf(token), new AbortController().signal)
      assert(job !== undefined && isFinal(job.state), `job of ${token}: ${job?.state}`)
      return job
    },
    { timeout: 90_000, interval: 250 },
  )
  return { job, looks }
}

const expectNear = (said: number, counted: number) =>
  expect(said / counted).toSatisfy((ratio: number) => Math.abs(ratio - 1) < WITHIN)

/** Rows of two numbers; a bad one has a word in the place of the second. */
function tableOf({ batchRows, badRows }: Shape): string {
  const rows = batchRows * BATCHES
  const every = badRows === 0 ? rows + 1 : Math.floor(rows / badRows)
  return Array.from({ length: rows }, (_, row) =>
    row % every === every - 1 ? `${row},bad\n` : `${row},2\n`,
  ).join('')
}

const specOf = ({ batchRows, join: joined }: Shape): JobSpecInput => ({
  version: 1,
  dataset: { uri: `s3://${BUCKET}/data/rows.csv`, csv: { header: 'absent' } },
  endpoint: { name: 'jittery' },
  batching: { rows: batchRows },
  output: { uri: `s3://${BUCKET}/results/out.csv`, join: joined },
})

async function estimateOf(cwd: string, url: string, { batchRows, join: joined }: Shape) {
  const args = ['estimate', 'rows.csv', '--endpoint', 'jittery', '--endpoint-url', url, '--json']
  const { code, stdout, stderr } = await runCli(
    [
      ...args,
      ...['--header', 'absent', '--batch-rows', String(batchRows), '--join', joined],
      ...['--concurrency', String(CONCURRENCY), '--consumers', String(CONSUMERS)],
      ...['--latency', String(LATENCY_MS)],
    ],
    { cwd },
  )
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return JSON.parse(stdout)
}

/** Requests that carried messages, and write units, between two looks. */
function difference(after: CloudUsage, before: CloudUsage) {
  const sum = ({ sqs }: CloudUsage) => Object.values(sqs).reduce((all, count) => all + count, 0)
  return {
    requests: sum(after) - sum(before),
    writes: after.writeUnits - before.writeUnits,
    reads: after.readUnits - before.readUnits,
    s3Reads: readsOf(after) - readsOf(before),
    s3Writes: writesOf(after) - writesOf(before),
  }
}

const readsOf = ({ s3: { GET = 0, HEAD = 0 } }: CloudUsage): number => GET + HEAD

const writesOf = ({ s3: { PUT = 0, POST = 0 } }: CloudUsage): number => PUT + POST

const LATENCY_MS = 400

/**
 * An endpoint that takes two fifths of a second in the mean and never the same time, as those in a region:
 * with a fixed latency batches would go through in waves. It refuses a body with a bad row.
 */
async function startJittery(): Promise<{ url: string; close: () => Promise<void> }> {
  const random = createRandom(11)
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => void answer(Buffer.concat(chunks), response))
  })
  const answer = async (body: Buffer, response: ServerResponse): Promise<void> => {
    const lines = body.toString().trimEnd().split('\n')
    await sleep(LATENCY_MS * (0.5 + random.next()))
    if (lines.some((line) => line.endsWith('bad') || line.split(',').length !== 2)) {
      response.writeHead(424, { 'x-amzn-errortype': 'ModelError' }).end(REFUSAL)
    } else response.end(lines.map((_, row) => `${PREDICTIONS[row % 7]}\n`).join(''))
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const REFUSAL = JSON.stringify({ OriginalStatusCode: 400, OriginalMessage: 'could not convert' })
/** Doubles of float32, as XGBoost answers. */
const PREDICTIONS = Array.from({ length: 7 }, (_, index) => Math.fround(0.1 + index / 9))
