import { join } from 'node:path'
import { type Cloud, startCloud } from '@millrace/cloud'
import {
  encodePlanSegment,
  type Job,
  type JobId,
  jobIdOf,
  type JobRequest,
  planSegmentName,
  readJobRequest,
  recordedRequestOf,
} from '@millrace/job'
import { claimRetry, createJob, createProgressMarker, putPart } from '@millrace/ledger'
import { readDeadLetters } from '@millrace/queue'
import { createS3Backend, createS3Client, createStorage, jobDocuments } from '@millrace/storage'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { makeFolders } from '../local/state-folder.ts'
import { connectSystem } from '../system/connect-system.ts'
import { writeLiveCloud } from '../system/live-cloud.ts'
import { openHostedSystem } from '../system/local-system.ts'
import type { System } from '../system/system.ts'
import { createWorld, jobWith, temporaryFolder } from '../test-data.fixture.ts'
import { retry } from './retry.ts'
import type { RetryOptions } from './retry-options.ts'
import { retryRequest } from './retry-request.ts'

// A sweep ends with a poll of an empty queue, which takes a second.
vi.setConfig({ testTimeout: 30_000 })

const WORK = 's3://millrace-retry/work/'
const signal = AbortSignal.timeout(60_000)
let cloud: Cloud
let system: System

beforeAll(async () => {
  cloud = await startCloud({ buckets: ['millrace-retry'] })
  system = connectSystem('deployed', cloud.env)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await system[Symbol.asyncDispose]()
  await cloud.close()
})

const plan = [0, 1, 2].map((batch) => {
  const range = { start: batch * 2, end: batch * 2 + 2 }
  return { batch, rows: range, bytes: range, object: 0 }
})

/** A job of three batches of two rows in the ledger of a stack, of which some are recorded. */
async function jobIn(
  state: Job['state'],
  recorded: Readonly<Record<number, readonly string[]>>,
  facts: Partial<Job> = {},
): Promise<Job> {
  count += 1
  const clientToken = `retried-${count}`
  const totals = { batches: 3, rows: 6 }
  const job = jobWith({ jobId: jobIdOf(clientToken), clientToken, state, plan: totals, ...facts })
  await createJob(system.ledger, job, signal)
  const endpoint = cloud.env['AWS_ENDPOINT_URL_S3']
  const s3 = createS3Client({ region: 'us-east-1', endpoint, credentials: cloud.credentials })
  const documents = jobDocuments(createStorage({ s3: createS3Backend(s3) }), WORK, job.jobId)
  await documents.write(planSegmentName(0), encodePlanSegment(plan), signal)
  for (const [batch, codes] of Object.entries(recorded)) {
    const { rows } = plan[Number(batch)]!
    const failures = codes.map((code, row) => ({ row: rows.start + row, code, message: 'no' }))
    const part = {
      ...{ jobId: job.jobId, partitions: job.partitions, batch: Number(batch), rows, failures },
      predictions: Buffer.from([0, 1].map((row) => (row < codes.length ? '' : '0.5')).join('\n')),
      ...{ inputHash: 'ab', attempt: 1, invocations: 1, throttles: 0, durationMs: 5 },
      recordedAt: 1_000,
    }
    await putPart(system.ledger, part, documents, signal)
    await createProgressMarker(system.ledger).mark(job, Number(batch), failures.length, signal)
  }
  s3.destroy()
  return job
}
let count = 0

async function perform(job: JobId, options: Partial<RetryOptions> = {}) {
  const env = { ...cloud.env, MILLRACE_WORK_URI: WORK }
  const { world, said } = createWorld(env)
  const usual = { localLatency: 0 }
  const quiet = { watch: false, json: false, quiet: false }
  const region = { region: 'us-east-1' }
  const exitCode = await retry({ job, ...usual, ...quiet, ...region, ...options }, world)
  return { exitCode, said: said() }
}

/** Requests on the jobs queue so far. */
async function requests(): Promise<JobRequest[]> {
  const every = { max: 100, matches: () => true }
  const { letters } = await readDeadLetters(system.queue('jobs'), every, signal)
  return letters.map(({ body }) => recordedRequestOf(readJobRequest(body)))
}

const failed = { 0: ['odd'], 1: ['slow', 'odd'], 2: [] }

test('of a stack, a retry is asked for and named, with what there is to do', async () => {
  const base = await jobIn('succeeded_with_failures', failed)
  const options = { reason: ['odd'], endpoint: 'churn-v4' }
  const request = retryRequest(base, options)
  const jobId = jobIdOf(request.clientToken)
  const { exitCode, said } = await perform(base.jobId, options)
  expect(exitCode).toBe(0)
  expect(said).toContain(`retrying 2 of 6 rows of ${base.jobId} (odd 2, slow 1)`)
  expect(said).toContain(`${jobId}\n`)
  expect(await requests()).toContainEqual(request)
  const { said: json } = await perform(base.jobId, { ...options, json: true })
  expect(JSON.parse(json)).toEqual({
    jobId,
    clientToken: request.clientToken,
    retryOf: { jobId: base.jobId, reasons: ['odd'] },
  })
})

test('rows that were never scored are retried for any reason', async () => {
  const base = await jobIn('cancelled', { 0: ['odd'] })
  const { said } = await perform(base.jobId, { reason: ['slow'] })
  expect(said).toContain('retrying 4 of 6 rows')
  expect(said).toMatch(/\((odd 1, )?4 rows not scored\)/)
})

test('a reason that no row has is refused, and nothing is asked for', async () => {
  const base = await jobIn('succeeded_with_failures', failed)
  await expect(perform(base.jobId, { reason: ['other'] })).rejects.toMatchObject({
    message: `${base.jobId}: has no row that failed for other; it has odd 2, slow 1`,
    exitCode: 1,
  })
  expect((await requests()).map(({ retryOf }) => retryOf?.jobId)).not.toContain(base.jobId)
})

test('a job that runs is refused', async () => {
  const base = await jobIn('running', {})
  await expect(perform(base.jobId)).rejects.toMatchObject({
    message: `${base.jobId}: is running, and only a job that has ended is retried`,
    hint: `millrace watch ${base.jobId} shows it until it has ended`,
  })
})

test('a job that was retried is retried from its newest retry, which is said', async () => {
  const base = await jobIn('succeeded_with_failures', failed)
  const retryOf = { jobId: base.jobId, layers: [base.jobId] }
  const first = await jobIn('succeeded_with_failures', { 0: [] }, { retryOf })
  await claimRetry(system.ledger, base.jobId, first.jobId, signal)
  const { said } = await perform(base.jobId)
  expect(said).toContain(`going on from ${first.jobId}, its newest retry`)
  expect(said).toContain(`retrying 2 of 6 rows of ${first.jobId} (slow 1, odd 1)`)
  expect(await requests()).toContainEqual(retryRequest(first, {}))
})

test('while a retry runs, the same command goes on with it and another is refused', async () => {
  const base = await jobIn('succeeded_with_failures', failed)
  const { clientToken } = retryRequest(base, { reason: ['odd'] })
  const retryOf = { jobId: base.jobId, reasons: ['odd'], layers: [base.jobId] }
  const jobId = jobIdOf(clientToken)
  const under = await jobIn('running', {}, { clientToken, jobId, retryOf })
  await claimRetry(system.ledger, base.jobId, under.jobId, signal)
  expect((await perform(base.jobId, { reason: ['odd'] })).said).toContain('going on with it')
  expect((await perform(under.jobId, { reason: ['odd'] })).said).toContain('going on with it')
  await expect(perform(base.jobId, { reason: ['slow'] })).rejects.toMatchObject({
    message: `${base.jobId}: its retry ${under.jobId} is running, and asks for something else`,
  })
})

test('a retry under way goes on where a new one is refused', async () => {
  const { spec } = jobWith()
  const output = { ...spec.output, uri: 's3://data/rows/scored.csv' }
  const older = { ...spec, dataset: { ...spec.dataset, uri: 's3://data/rows/' }, output }
  const base = await jobIn('succeeded_with_failures', failed, { spec: older })
  await expect(perform(base.jobId)).rejects.toMatchObject({
    message: expect.stringContaining('would lie below the dataset s3://data/rows/'),
    hint: expect.stringContaining('-o '),
  })
  expect((await requests()).map(({ retryOf }) => retryOf?.jobId)).not.toContain(base.jobId)
  const { clientToken } = retryRequest(base, {})
  const facts = { clientToken, jobId: jobIdOf(clientToken), spec: older }
  const under = await jobIn('running', {}, { ...facts, retryOf: { jobId: base.jobId, layers: [] } })
  await claimRetry(system.ledger, base.jobId, under.jobId, signal)
  expect((await perform(base.jobId)).said).toContain('going on with it')
})

test('where the run at work ends before it takes the retry, says what to do', async () => {
  const state = await temporaryFolder()
  const base = jobWith({ state: 'cancelled' })
  const folder = join(state, base.jobId)
  await makeFolders(folder)
  await using run = await openHostedSystem(folder)
  await createJob(run.ledger, base, signal)
  // Its queues have gone, and the ledger is about to.
  const gone = 'http://127.0.0.1:9'
  const queues = { AWS_ENDPOINT_URL_SQS: gone, MILLRACE_JOBS_QUEUE_URL: `${gone}/1/jobs` }
  await writeLiveCloud(folder, { ...run.env, ...queues })
  await expect(perform(base.jobId, { state })).rejects.toMatchObject({
    message: `${base.jobId}: the run at work on it ended before it took the retry`,
    hint: 'the same command again works on the retry itself',
    exitCode: 1,
  })
})

test.for([
  [{ concurrency: 2 }, '--concurrency', 'millrace adjust JOB --concurrency N'],
  [{ consumers: 1 }, '--consumers', 'millrace adjust'],
  [{ endpointUrl: 'http://127.0.0.1:8080' }, '--endpoint-url', '--endpoint NAME'],
  [{ localModel: 'model.json' }, '--local-model', '--endpoint NAME'],
] as const)('of a stack, %j is refused', async ([typed, name, hint]) => {
  await expect(perform(jobIdOf('any'), typed)).rejects.toMatchObject({
    message: `${name}: is for a job of this machine, and a stack works on its own`,
    hint: expect.stringContaining(hint),
    exitCode: 2,
  })
})
