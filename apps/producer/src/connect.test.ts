import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Batch } from '@millrace/job'
import { createStorage, fileUri } from '@millrace/storage'
import { expect, onTestFinished, test } from 'vitest'
import { configSchema } from './config.ts'
import { createDeps, type World } from './connect.ts'
import { failureOf } from './failure-of.ts'
import { keepOtherResult } from './keep-other-result.ts'
import { jobWith, never } from './test-data.fixture.ts'

const settings = {
  AWS_REGION: 'us-east-1',
  MILLRACE_LEDGER_TABLE: 'ledger',
  MILLRACE_JOBS_QUEUE_URL: 'http://localhost/jobs',
  MILLRACE_BATCHES_QUEUE_URL: 'http://localhost/batches',
  MILLRACE_COMPLETIONS_QUEUE_URL: 'http://localhost/completions',
  MILLRACE_ENDPOINTS_ALLOWED: '*',
}
const usual = {
  ...settings,
  MILLRACE_WORK_URI: 'file:///work/',
  MILLRACE_DATASETS_ALLOWED: 's3://data/',
  MILLRACE_RESULTS_ALLOWED: 's3://results/',
}

test('lists of URIs may hold commas that are encoded', () => {
  const config = configSchema.parse({
    ...settings,
    MILLRACE_WORK_URI: 'file:///work/',
    MILLRACE_DATASETS_ALLOWED: 's3://b/run=1%2Cseg=2/x.csv, file:///data/',
    MILLRACE_RESULTS_ALLOWED: 's3://results/',
  })
  expect(config.MILLRACE_DATASETS_ALLOWED).toEqual(['s3://b/run=1,seg=2/x.csv', 'file:///data/'])
})

test('a manifest that names an object outside of the allowed datasets fails the job', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-allowed-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const name of ['ours', 'theirs']) {
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, 'rows.csv'), 'id,age\n1,2\n')
  }
  const names = [{ prefix: fileUri(`${folder}/`) }, 'ours/rows.csv', 'theirs/rows.csv']
  await writeFile(join(folder, 'ours/all.manifest'), JSON.stringify(names))
  const uri = fileUri(join(folder, 'ours/all.manifest'))
  const outside = fileUri(join(folder, 'theirs/rows.csv'))
  const config = configSchema.parse({
    ...settings,
    MILLRACE_WORK_URI: fileUri(`${folder}/work/`),
    MILLRACE_DATASETS_ALLOWED: fileUri(`${folder}/ours/`),
    MILLRACE_RESULTS_ALLOWED: 's3://results/',
  })
  const storage = createStorage({})
  onTestFinished(() => storage.close())
  const world: Partial<World> = { storage }
  const deps = createDeps(config, world as World, { info: () => {}, warn: () => {} })
  const job = jobWith({ dataset: { uri } })
  expect(deps.refusal({ clientToken: 'token', spec: job.spec })).toBeUndefined()
  const error = await deps.pinDataset(job, never).catch((thrown: unknown) => thrown)
  expect(failureOf(error, 'eu-west-1')).toMatchObject({
    code: 'manifest_invalid',
    message: `read manifest ${uri}: manifest_invalid (entry 2: dataset ${outside} is outside of MILLRACE_DATASETS_ALLOWED)`,
  })
})

test('a job whose manifest would be that of another result fails', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-taken-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const results = fileUri(`${folder}/`)
  const jobTo = (name: string) => jobWith({ output: { uri: `${results}${name}` } })
  const { spec } = jobTo('scores.csv')
  await writeFile(join(folder, 'scores.csv'), 'Prediction\n')
  await writeFile(join(folder, 'scores.manifest.json'), JSON.stringify({ version: 1, spec }))
  const config = configSchema.parse({
    ...settings,
    MILLRACE_WORK_URI: 'file:///work/',
    MILLRACE_DATASETS_ALLOWED: 's3://data/',
    MILLRACE_RESULTS_ALLOWED: results,
  })
  const storage = createStorage({})
  onTestFinished(() => storage.close())
  const world: Partial<World> = { storage }
  const deps = createDeps(config, world as World, { info: () => {}, warn: () => {} })
  await deps.keepOtherResult(jobTo('scores.csv'), never)
  const error = await deps
    .keepOtherResult(jobTo('scores.parquet'), never)
    .catch((thrown: unknown) => thrown)
  expect(failureOf(error, 'eu-west-1')).toEqual({
    code: 'output_taken',
    message: `plan: output ${results}scores.parquet would take the manifest, errors and report of ${results}scores.csv: choose another name, or remove that result with its manifest`,
  })
})

test.for([
  ['s3://results/today/result.csv', 's3://results/today/', 's3://results/today/manifest.json'],
  [
    's3://results/today/',
    's3://results/today/result.csv',
    's3://results/today/result.manifest.json',
  ],
] as const)(
  'a job to %s beside a result of %s fails with the manifest of that',
  async ([uri, there, manifest]) => {
    const lying = JSON.stringify({ version: 1, spec: jobWith({ output: { uri: there } }).spec })
    const storage = {
      readDocument: async (of: string) => (of === manifest ? Buffer.from(lying) : undefined),
      occupantOf: () => Promise.reject(new Error('in S3 the manifest is enough')),
    }
    await expect(keepOtherResult(storage, jobWith({ output: { uri } }), never)).rejects.toThrow(
      `output ${uri} would take the place of the result whose manifest is ${manifest}: choose another name`,
    )
  },
)

test('a request with the client token of a job that is forgotten is refused, and says why', async () => {
  const send = async (operation: string): Promise<object> => {
    if (operation !== 'PutItem') return {} // Readers see nothing of it any more.
    throw Object.assign(new Error('it exists'), { name: 'ConditionalCheckFailedException' })
  }
  const world = { ledger: { client: { send }, tableName: 'ledger' } }
  const config = configSchema.parse(usual)
  const logger = { info: () => {}, warn: () => {} }
  const deps = createDeps(config, world as unknown as World, logger)
  const { jobId, clientToken, spec } = jobWith()
  expect(await deps.openJob(jobId, { clientToken, spec }, never)).toEqual({
    kind: 'refused',
    reason: expect.stringMatching(/a job whose retention is over.*choose another one/),
  })
})

test('a request with the client token of a job that has another spec is refused, and says where it differs', async () => {
  const { jobId, clientToken, spec } = jobWith()
  const other = jobWith({ deadline: '4h', decision: { threshold: 0.3 } }).spec
  const ask = askOfOneJob()
  expect(await ask({})).toMatchObject({ kind: 'opened' })
  expect(await ask({ spec: jobWith({ deadline: '4h' }).spec })).toMatchObject({ kind: 'opened' })
  expect(await ask({ spec: other })).toEqual({
    kind: 'refused',
    reason: `client token ${clientToken} is that of job ${jobId}, which is another one: here decision.threshold is 0.3, and not 0.5 as there. The same token is the same job: choose another one`,
  })
  // Nobody chose the token of a template's job.
  expect(await ask({ spec: other, byTemplate: true })).toMatchObject({ job: { spec } })
})

test('a request that a newer version completes by other defaults is that of its job, as long as it says the same', async () => {
  const { spec } = jobWith()
  const other = jobWith({ decision: { threshold: 0.3 } }).spec
  const [asked, askedOtherwise] = ['a'.repeat(64), 'b'.repeat(64)]
  const ask = askOfOneJob()
  expect(await ask({ asked })).toMatchObject({ kind: 'opened', job: { asked } })
  expect(await ask({ asked, spec: other })).toMatchObject({ kind: 'opened', job: { spec } })
  expect(await ask({ asked: askedOtherwise, spec: other })).toMatchObject({ kind: 'refused' })
  // Whoever resumes the job asks by what is recorded.
  expect(await ask({ asked: askedOtherwise })).toMatchObject({ kind: 'opened' })
})

test('what an older version has not noted of a job is held to the spec', async () => {
  const ask = askOfOneJob()
  expect(await ask({})).toMatchObject({ kind: 'opened' })
  const other = jobWith({ decision: { threshold: 0.3 } }).spec
  expect(await ask({ asked: 'a'.repeat(64), spec: other })).toMatchObject({ kind: 'refused' })
})

test('no more batches are published than may wait in their queue', async () => {
  const queue = { waiting: 0, most: 0, published: 0 }
  const send = async ({ input }: { input: { Entries?: readonly unknown[] } }) => {
    if (input.Entries === undefined) {
      // Each look finds half of it taken.
      queue.waiting = Math.floor(queue.waiting / 2)
      return { Attributes: { ApproximateNumberOfMessages: String(queue.waiting) } }
    }
    queue.published += input.Entries.length
    queue.waiting += input.Entries.length
    queue.most = Math.max(queue.most, queue.waiting)
    return {}
  }
  const world = { batches: { client: { send }, url: settings.MILLRACE_BATCHES_QUEUE_URL } }
  const config = configSchema.parse({
    ...usual,
    MILLRACE_BATCHES_WAITING_MAX: '1000',
  })
  const logger = { info: () => {}, warn: () => {} }
  const deps = createDeps(config, world as unknown as World, logger)
  await deps.publishBatches(jobWith(), batchesOf(5_000), never)
  expect(queue.published).toBe(5_000)
  expect(queue.most).toBeLessThanOrEqual(1_100)
})

/** Asks for one job again and again, of a ledger that is empty at first. */
function askOfOneJob() {
  let item: unknown
  const send = async (operation: string, input: { Item?: unknown }): Promise<object> => {
    if (operation !== 'PutItem') return { Item: item }
    if (item !== undefined) {
      throw Object.assign(new Error('it exists'), { name: 'ConditionalCheckFailedException' })
    }
    item = input.Item
    return {}
  }
  const world = { ledger: { client: { send }, tableName: 'ledger' } }
  const config = configSchema.parse(usual)
  const deps = createDeps(config, world as unknown as World, { info: () => {}, warn: () => {} })
  const { jobId, clientToken, spec } = jobWith()
  return async (request: object) =>
    await deps.openJob(jobId, { clientToken, spec, ...request }, never)
}

async function* batchesOf(count: number): AsyncGenerator<Batch> {
  for (let batch = 0; batch < count; batch += 1) {
    const rows = { start: batch, end: batch + 1 }
    yield { batch, rows, bytes: { start: batch * 4, end: batch * 4 + 4 }, object: 0 }
  }
}
