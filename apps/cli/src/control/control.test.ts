import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  decodeJobRequest,
  encodeJobRequest,
  type Job,
  type JobId,
  type JobState,
  jobIdOf,
} from '@millrace/job'
import { createJob, markBatches, readJob } from '@millrace/ledger'
import { publish, readDeadLetters } from '@millrace/queue'
import { describe, expect, test, vi } from 'vitest'
import { useStack } from '../system/stack.fixture.ts'
import { openLocalSystem } from '../system/local-system.ts'
import { createWorld, jobWith, temporaryFolder } from '../test-data.fixture.ts'
import { type Say, saying } from '../saying.ts'
import { status } from '../status/status.ts'
import type { World } from '../world.ts'
import { adjust, type AdjustOptions } from './adjust.ts'
import { cancel } from './cancel.ts'
import type { ControlOptions } from './control-options.ts'
import { pause } from './pause.ts'
import { resume } from './resume.ts'

// A sweep ends with a poll of an empty queue, which takes a second.
vi.setConfig({ testTimeout: 30_000 })

const stack = useStack()
const signal = AbortSignal.timeout(60_000)

let count = 0

async function jobIn(state: JobState, facts: Partial<Job> = {}): Promise<JobId> {
  count += 1
  const clientToken = `controlled-${count}`
  const { spec } = jobWith()
  const tolerance = { failedRowsMax: 5, failedRowsPercentMax: 1 }
  const job = jobWith({
    jobId: jobIdOf(clientToken),
    clientToken,
    state,
    spec: { ...spec, tolerance },
  })
  await createJob(stack.system.ledger, { ...job, ...facts }, signal)
  return job.jobId
}

/** What the verb says and ends with, as at a terminal with a stack's environment. */
async function perform<Options>(say: Say<Options>, options: Options) {
  const { world, said } = createWorld(stack.env)
  const exitCode = await saying(say)({ region: 'us-east-1', ...options }, world)
  return { exitCode, said: said() }
}

/** Bodies published on a queue so far; a dead-letter sweep reads any queue without taking from it. */
async function bodiesOn(name: 'jobs' | 'completions'): Promise<string[]> {
  const every = { max: 100, matches: () => true }
  const { letters } = await readDeadLetters(stack.system.queue(name), every, signal)
  return letters.map(({ body }) => body)
}

test('pause and resume say what they did, and resuming asks for the job again', async () => {
  const job = await jobIn('running', { plan: { batches: 1, rows: 10 } })
  expect(await perform(pause, { job })).toEqual({
    exitCode: 0,
    said: `${job} is paused; millrace resume ${job} goes on with it\n`,
  })
  expect((await perform(pause, { job })).said).toContain('is paused already')
  expect((await readJob(stack.system.ledger, job, signal))?.state).toBe('paused')
  expect(await perform(resume, { job })).toEqual({ exitCode: 0, said: `${job} goes on\n` })
  expect((await readJob(stack.system.ledger, job, signal))?.state).toBe('running')
  const requests = (await bodiesOn('jobs')).map((body) =>
    jobIdOf(decodeJobRequest(body).clientToken),
  )
  expect(requests).toContain(job)
})

test('a second resume asks for the job again, for the first may have died', async () => {
  const job = await jobIn('running')
  expect((await perform(resume, { job })).said).toBe(
    `${job} was not paused; it is asked for again\n`,
  )
  const requests = (await bodiesOn('jobs')).map((body) =>
    jobIdOf(decodeJobRequest(body).clientToken),
  )
  expect(requests).toContain(job)
})

test('cancel ends the job and tells the aggregator', async () => {
  const job = await jobIn('paused')
  expect(await perform(cancel, { job })).toEqual({
    exitCode: 0,
    said: `${job} is cancelled; there is no result\n`,
  })
  expect(await perform(cancel, { job })).toMatchObject({ exitCode: 0 })
  expect(await bodiesOn('completions')).toContain(JSON.stringify({ version: 1, jobId: job }))
})

describe('adjust', () => {
  test.for<[string, Omit<AdjustOptions, 'job'>, Job['adjusted'], string]>([
    [
      'a concurrency',
      { concurrency: 8 },
      { concurrencyMax: 8 },
      '8 invocations in flight at most, all consumers together',
    ],
    [
      'one limit, and leaves the other',
      { failedRowsMax: 9 },
      { tolerance: { failedRowsMax: 9, failedRowsPercentMax: 1 } },
      'fails when more than 9 rows fail, fails when more than 1 % of the rows fail',
    ],
    [
      'one limit to none',
      { failedRowsMax: 'none' },
      { tolerance: { failedRowsPercentMax: 1 } },
      'fails when more than 1 % of the rows fail',
    ],
    [
      'both limits to none',
      { failedRowsMax: 'none', failedRowsPercentMax: 'none' },
      { tolerance: {} },
      'tolerates any number of failed rows',
    ],
    [
      'a deadline',
      { deadline: '2100-01-01T00:00Z' },
      { deadline: 4_102_444_800 },
      'to have ended by 2100-01-01T00:00:00Z',
    ],
  ])('changes %s', async ([, options, adjusted, said]) => {
    const job = await jobIn('running')
    expect(await perform(adjust, { job, ...options })).toEqual({
      exitCode: 0,
      said: `${job}: ${said}\n`,
    })
    expect((await readJob(stack.system.ledger, job, signal))?.adjusted).toEqual(adjusted)
  })

  test('of a tolerance that is exceeded already says that it ends the job', async () => {
    const job = await jobIn('running', { plan: { batches: 1, rows: 10 } })
    async function* marks() {
      yield { batch: 0, failedRows: 4 }
    }
    await markBatches(stack.system.ledger, { jobId: job }, marks(), signal)
    expect((await perform(adjust, { job, failedRowsMax: 3 })).said).toBe(
      `${job}: fails when more than 3 rows fail, fails when more than 1 % of the rows fail; ` +
        `that ends it now: 4 rows failed, the job tolerates 3; millrace get ${job} --where-failed shows which\n`,
    )
    const lifted = { failedRowsMax: 4, failedRowsPercentMax: 'none' } as const
    expect((await perform(adjust, { job, ...lifted })).said).toBe(
      `${job}: fails when more than 4 rows fail\n`,
    )
  })

  test('takes no deadline that has passed', async () => {
    const job = await jobIn('running')
    const options = { job, deadline: '2026-01-01T00:00Z' }
    await expect(perform(adjust, options)).rejects.toThrow(
      '--deadline 2026-01-01T00:00Z: has passed',
    )
    expect((await readJob(stack.system.ledger, job, signal))?.adjusted).toBeUndefined()
  })

  test('of nothing says what can be named', async () => {
    const job = await jobIn('running')
    await expect(perform(adjust, { job })).rejects.toMatchObject({
      exitCode: 2,
      hint: expect.stringContaining('--concurrency'),
    })
  })
})

describe('of a job of this machine on which no run is at work', () => {
  async function stateOf(root: string): Promise<JobState | undefined> {
    await using local = await openLocalSystem(join(root, jobWith().jobId))
    return (await readJob(local.ledger, jobWith().jobId, signal))?.state
  }

  async function folderWith(facts: Partial<Job>) {
    const state = await temporaryFolder()
    const { jobId } = jobWith()
    await mkdir(join(state, jobId, 'ledger'), { recursive: true })
    await using local = await openLocalSystem(join(state, jobId))
    await createJob(local.ledger, jobWith(facts), signal)
    return { state, job: jobId }
  }

  test.for<[Partial<Job>, string]>([
    [{ state: 'paused' }, 'the same millrace run continues it'],
    [{ state: 'running' }, 'the same millrace run continues it'],
    [
      { state: 'running', retryOf: { jobId: jobIdOf('base'), layers: [jobIdOf('base')] } },
      'the same millrace retry continues it',
    ],
  ])('resume changes nothing and says what continues %j', async ([facts, hint]) => {
    const options = await folderWith(facts)
    await expect(perform(resume, options)).rejects.toMatchObject({
      message: `${options.job}: no run is at work on it`,
      hint,
      exitCode: 1,
    })
    expect(await stateOf(options.state)).toBe(facts.state)
  })

  test('resume of one that has ended says so', async () => {
    const options = await folderWith({ state: 'cancelled' })
    await expect(perform(resume, options)).rejects.toMatchObject({
      message: `${options.job} was cancelled and cannot be resumed`,
    })
  })

  test('pause does not promise what resume would not do', async () => {
    const options = await folderWith({ state: 'running' })
    const continues = 'no run is at work on it, and the same millrace run continues it'
    expect(await perform(pause, options)).toEqual({
      exitCode: 0,
      said: `${options.job} is paused; ${continues}\n`,
    })
    expect(await stateOf(options.state)).toBe('paused')
  })
})

test.for<[string, Say<ControlOptions>]>([
  ['paused', pause],
  ['resumed', resume],
  ['cancelled', cancel],
  ['adjusted', (options, world) => adjust({ ...options, concurrency: 8 }, world)],
])('a job that has ended cannot be %s', async ([word, act]) => {
  const job = await jobIn('failed')
  await expect(perform(act, { job })).rejects.toMatchObject({
    message: `${job} has failed and cannot be ${word}`,
    exitCode: 1,
  })
})

test.for<[string, (options: ControlOptions & { json: boolean }, world: World) => Promise<unknown>]>(
  [
    ['status', status],
    ['pause', pause],
    ['resume', resume],
    ['cancel', cancel],
    ['adjust', (options, world) => adjust({ ...options, concurrency: 8 }, world)],
  ],
)('%s of a job whose request was refused says why', async ([name, verb]) => {
  const clientToken = `refused-${name}`
  const body = encodeJobRequest({ clientToken, spec: jobWith().spec })
  const attributes = { code: 'request_refused', reason: 's3://theirs/ is not allowed' }
  await publish(stack.system.deadLetters('jobs'), [{ body, attributes }], signal)
  const job = jobIdOf(clientToken)
  const { world } = createWorld(stack.env)
  await expect(verb({ region: 'us-east-1', job, json: false }, world)).rejects.toThrow(
    /: no such job: its request of .* was set aside: s3:\/\/theirs\/ is not allowed/,
  )
})
