import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Job, type JobId, type JobState, jobIdOf, type RowFailure } from '@millrace/job'
import { createJob, markBatches, putPart } from '@millrace/ledger'
import { createStorage, jobDocuments } from '@millrace/storage'
import { expect, test } from 'vitest'
import { makeFolders } from '../local/state-folder.ts'
import { openHostedSystem } from '../system/local-system.ts'
import { useStack } from '../system/stack.fixture.ts'
import { jobWith, temporaryFolder } from '../test-data.fixture.ts'
import { startConsole } from './console.fixture.ts'

const stack = useStack()
const region = 'us-east-1'
const signal = AbortSignal.timeout(60_000)
const now = Math.floor(Date.now() / 1_000)
let count = 0

/** A job of ten batches of ten rows. */
async function jobIn(state: JobState, facts: Partial<Job> = {}): Promise<Job> {
  count += 1
  const clientToken = `shown-${count}`
  const job = jobWith({
    ...{ jobId: jobIdOf(clientToken), clientToken, state, createdAt: now },
    plan: { batches: 10, rows: 100 },
    ...facts,
  })
  await createJob(stack.system.ledger, job, signal)
  return job
}

async function record(job: Job, marks: Readonly<Record<number, number>>): Promise<void> {
  const batches = Object.entries(marks)
  async function* each() {
    for (const [batch, failedRows] of batches) yield { batch: Number(batch), failedRows }
  }
  await markBatches(stack.system.ledger, job, each(), signal)
}

const open = () => startConsole(stack.env, { region })

test('lists jobs with how far those are that have not ended', async () => {
  const running = await jobIn('running')
  await record(running, { 0: 0, 3: 4 })
  const ended = await jobIn('succeeded', { endedAt: now })
  await using console = await open()
  const { body } = await console.json('/api/jobs')
  expect(body).toMatchObject({ hasLetters: true, place: stack.env['MILLRACE_LEDGER_TABLE'] })
  const { jobs } = body as { jobs: { jobId: JobId }[] }
  expect(jobs.find(({ jobId }) => jobId === running.jobId)).toEqual({
    ...{ jobId: running.jobId, state: 'running', createdAt: now },
    ...{ endpoint: 'churn-v3', dataset: 'file:///data/rows.csv', rows: 100, batches: 10 },
    ...{ recorded: 2, failedRows: 4 },
  })
  expect(jobs.find(({ jobId }) => jobId === ended.jobId)).not.toHaveProperty('recorded')
})

test('shows what has become of each batch of a job', async () => {
  const job = await jobIn('running', { adjusted: { concurrencyMax: 4 } })
  await record(job, { 0: 0, 1: 0, 3: 4 })
  await using console = await open()
  const { status, body } = await console.json(`/api/jobs/${job.jobId}`)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    ...{ jobId: job.jobId, state: 'running', rows: 100, batches: 10 },
    ...{ recorded: 3, failedRows: 4, firstMissing: 2, concurrencyMax: 4, setAside: 0 },
    map: { batchesPerCell: 1 },
  })
  const { map, facts } = body as { map: { cells: unknown[] }; facts: unknown[] }
  expect(map.cells).toHaveLength(10)
  expect(map.cells.slice(0, 4)).toEqual([
    [1, 0],
    [1, 0],
    [0, 0],
    [1, 4],
  ])
  expect(facts).toContainEqual(['batches', '3 of 10 recorded'])
})

test('the map of a job that is being planned grows', async () => {
  const { plan: _, ...planning } = jobWith()
  const job = { ...planning, jobId: jobIdOf('growing'), clientToken: 'growing', createdAt: now }
  await createJob(stack.system.ledger, { ...job, state: 'planning' }, signal)
  await using console = await open()
  const cells = async () => {
    const { body } = await console.json(`/api/jobs/${job.jobId}`)
    return (body as { map: { cells: unknown } }).map.cells
  }
  expect(await cells()).toEqual([])
  await record(job, { 0: 0, 2: 0 })
  expect(await cells()).toEqual([
    [1, 0],
    [0, 0],
    [1, 0],
  ])
})

test.for<[JobState, string[]]>([
  ['planning', ['pause', 'adjust', 'cancel']],
  ['running', ['pause', 'adjust', 'cancel']],
  ['paused', ['resume', 'adjust', 'cancel']],
  ['aggregating', ['adjust', 'cancel']],
  ['succeeded', []],
  ['succeeded_with_failures', []],
  ['failed', []],
  ['cancelled', []],
])('offers of a job that is %s only what is not refused', async ([state, verbs]) => {
  const job = await jobIn(state)
  await using console = await open()
  expect((await console.json(`/api/jobs/${job.jobId}`)).body).toMatchObject({ verbs })
  for (const verb of verbs) {
    const body = verb === 'adjust' ? { concurrency: 3 } : {}
    const answer = await console.json(`/api/jobs/${job.jobId}/${verb}`, body)
    expect(answer).toMatchObject({
      status: 200,
      body: { said: expect.stringContaining(job.jobId) },
    })
    // Each is offered in this state: the verb before has led to another.
    if (verb !== 'adjust') await console.json(`/api/jobs/${job.jobId}/resume`, {})
  }
})

test('a verb that the state does not allow is told as the command line tells it', async () => {
  const { jobId } = await jobIn('failed')
  await using console = await open()
  expect(await console.json(`/api/jobs/${jobId}/pause`, {})).toEqual({
    status: 409,
    body: { error: `${jobId} has failed and cannot be paused` },
  })
})

test.for([
  ['a concurrency of nothing', { concurrency: 0 }, 'concurrency'],
  ['a text for a number', { failedRowsMax: '5' }, 'failedRowsMax'],
  ['more than all rows', { failedRowsPercentMax: 101 }, 'failedRowsPercentMax'],
  ['a deadline that is no time', { deadline: 'tomorrow' }, 'deadline: wanted a time'],
  ['a deadline that has passed', { deadline: '2020-01-01T00:00Z' }, 'has passed'],
  ['what cannot be changed', { endpoint: 'other' }, 'endpoint'],
  ['nothing', {}, 'nothing to change was named'],
] as const)('refuses to adjust %s', async ([, body, named]) => {
  const { jobId } = await jobIn('running')
  await using console = await open()
  expect(await console.json(`/api/jobs/${jobId}/adjust`, body)).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining(named) },
  })
})

test('adjusts and lifts a tolerance', async () => {
  const { jobId } = await jobIn('running')
  await using console = await open()
  const changes = { concurrency: 2, failedRowsMax: 5 }
  expect((await console.json(`/api/jobs/${jobId}/adjust`, changes)).body).toEqual({
    said: `${jobId}: 2 invocations in flight at most, all consumers together, fails when more than 5 rows fail`,
  })
  await console.json(`/api/jobs/${jobId}/adjust`, { failedRowsMax: 'none' })
  expect((await console.json(`/api/jobs/${jobId}`)).body).toMatchObject({
    concurrencyMax: 2,
    tolerance: {},
  })
})

test('moves a deadline, and tells of it', async () => {
  const { jobId } = await jobIn('running')
  await using console = await open()
  const deadline = '2999-12-01T06:00:00Z'
  expect((await console.json(`/api/jobs/${jobId}/adjust`, { deadline })).body).toEqual({
    said: `${jobId}: to have ended by ${deadline}`,
  })
  const { body } = await console.json(`/api/jobs/${jobId}`)
  expect(body).toMatchObject({ deadline: Date.parse(deadline) / 1_000 })
})

test('says why a job waits, and why it has failed', async () => {
  const waits = { at: now, reason: 'invoke churn-v3: endpoint_throttled' }
  const failure = { code: 'preflight_failed', message: 'the endpoint answers nothing' }
  const waiting = await jobIn('running', { waits })
  const failed = await jobIn('failed', { failure })
  const ended = await jobIn('succeeded')
  await using console = await open()
  const answerTo = async ({ jobId }: Job) => (await console.json(`/api/jobs/${jobId}`)).body
  expect(await answerTo(waiting)).toMatchObject({ waits: expect.stringContaining(waits.reason) })
  expect(await answerTo(failed)).toMatchObject({
    failure: 'the endpoint answers nothing (preflight_failed)',
  })
  const told = await answerTo(ended)
  expect(told).not.toHaveProperty('waits')
  expect(told).not.toHaveProperty('failure')
  expect(told).not.toHaveProperty('deadline')
})

test.for([
  ['no job of this name', `/api/jobs/${jobIdOf('nobody')}`, 'no such job'],
  ['the beginning of a name', '/api/jobs/j-4f', 'wanted the whole name of a job'],
  ['a path', '/api/jobs/..%2f..%2fetc', 'wanted the whole name of a job'],
] as const)('of %s says so', async ([, path, error]) => {
  await using console = await open()
  expect(await console.json(path)).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining(error) },
  })
})

test('tells the first failed rows, and whether there are more', async () => {
  const job = await jobIn('running', { plan: { batches: 2, rows: 300 } })
  const workUri = `${pathToFileURL(await temporaryFolder()).href}/`
  const storage = createStorage({})
  const documents = jobDocuments(storage, workUri, job.jobId)
  const fail = async (batch: number, start: number, end: number) => {
    const failures: RowFailure[] = Array.from({ length: end - start }, (_, at) => ({
      ...{ row: start + at, code: 'rows_rejected', message: `not a number: ${at}` },
    }))
    const part = {
      ...{ jobId: job.jobId, partitions: 1, batch, rows: { start, end }, failures },
      ...{ predictions: Buffer.from('\n'.repeat(end - start - 1)), inputHash: 'a'.repeat(64) },
      ...{ attempt: 1, invocations: 1, throttles: 0, durationMs: 40, recordedAt: now },
    }
    await putPart(stack.system.ledger, part, documents, signal)
    await record(job, { [batch]: end - start })
  }
  await using console = await startConsole({ ...stack.env, MILLRACE_WORK_URI: workUri }, { region })
  const failures = async () => (await console.json(`/api/jobs/${job.jobId}/failures`)).body
  expect(await failures()).toEqual({ rows: [], more: false })
  await fail(0, 0, 150)
  expect(await failures()).toMatchObject({
    rows: expect.objectContaining({ length: 150 }),
    more: false,
  })
  await fail(1, 150, 300)
  const { rows, more } = (await failures()) as { rows: unknown[]; more: boolean }
  expect([rows.length, more]).toEqual([200, true])
  expect(rows[199]).toEqual({ row: 199, code: 'rows_rejected', message: 'not a number: 49' })
  await storage.close()
})

test('of a run that was stopped says what continues it', async () => {
  const state = await temporaryFolder()
  const job = jobWith({ jobId: jobIdOf('stopped'), clientToken: 'stopped', createdAt: now })
  await makeFolders(join(state, job.jobId))
  {
    await using system = await openHostedSystem(join(state, job.jobId))
    await createJob(system.ledger, job, signal)
  }
  await using console = await startConsole({}, { state })
  const { body } = await console.json(`/api/jobs/${job.jobId}`)
  expect(body).toMatchObject({
    idle: 'the same millrace run continues it',
    verbs: ['pause', 'adjust', 'cancel'],
  })
})
