import { type Cloud, startCloud } from '@millrace/cloud'
import { encodeBatchMessage, jobIdOf } from '@millrace/job'
import { publish } from '@millrace/queue'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { connectSystem } from '../system/connect-system.ts'
import type { System } from '../system/system.ts'
import { createWorld } from '../test-data.fixture.ts'
import type { Act } from '../world.ts'
import { discard } from './discard.ts'
import type { DlqOptions } from './dlq-options.ts'
import { list } from './list.ts'
import { redrive } from './redrive.ts'
import { show } from './show.ts'

// A sweep ends with a poll of an empty queue, which takes a second.
vi.setConfig({ testTimeout: 30_000 })

let cloud: Cloud
let system: System
const signal = AbortSignal.timeout(60_000)
const [first, second] = [jobIdOf('first'), jobIdOf('second')]
const all: DlqOptions = { queue: 'batches', max: 1_000, json: false }

const evidence = (code: string, reason: string) => ({
  code,
  reason,
  attempts: '2',
  queue: 'millrace-batches',
  sentAt: '2026-11-25T10:00:00.000Z',
  rejectedAt: '2026-11-25T10:00:05.000Z',
})

const bodyOf = (jobId: typeof first, batch: number): string =>
  encodeBatchMessage({
    jobId,
    batch,
    rows: { start: batch * 10, end: batch * 10 + 10 },
    bytes: { start: batch * 100, end: batch * 100 + 100 },
    object: 0,
  })

/** Three batches of one job, one of another, something that is no JSON, and one that SQS moved. */
beforeEach(async () => {
  cloud = await startCloud()
  system = connectSystem('deployed', cloud.env)
  const unplanned = evidence('batch_not_planned', 'the plan has no such batch')
  await publish(
    system.deadLetters('batches'),
    [
      ...[0, 1, 2].map((batch) => ({ body: bodyOf(first, batch), attributes: unplanned })),
      { body: bodyOf(second, 0), attributes: evidence('job_unknown', `job ${second} is unknown`) },
      { body: 'hello \u009b31m', attributes: evidence('not_json', 'not JSON') },
      { body: bodyOf(second, 7) },
    ],
    signal,
  )
})
afterEach(async () => {
  await system[Symbol.asyncDispose]()
  await cloud.close()
})

async function perform<Options>(act: Act<Options>, options: Options, env: object = {}) {
  const { world, said } = createWorld({ ...cloud.env, ...env })
  const exitCode = await act({ region: 'us-east-1', ...options }, world)
  return { exitCode, said: said() }
}

test('list groups the messages by code and job, and leaves them there', async () => {
  for (let look = 0; look < 2; look += 1) {
    const { exitCode, said } = await perform(list, all)
    expect(exitCode).toBe(0)
    const lines = said.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^CODE +JOB +MESSAGES +OLDEST +REASON$/)
    expect(lines[1]).toMatch(
      `batch_not_planned   ${first}         3  2026-11-25T10:00:00Z  the plan has no such batch`,
    )
    expect(lines.slice(2).map((line) => line.split(' ')[0])).toEqual([
      'attempts_exhausted',
      'job_unknown',
      'not_json',
      '6',
    ])
  }
})

test('list tells the reason of most, and how many others there are', async () => {
  const wrong = (reason: string) => ({ body: '{}', attributes: evidence('invalid', reason) })
  const reasons = ['no endpoint', 'no dataset', 'no output', 'no dataset']
  await publish(system.deadLetters('jobs'), reasons.map(wrong), signal)
  const { said } = await perform(list, { ...all, queue: 'jobs' })
  expect(said).toMatch(/^invalid .* 4 .*no dataset, and 2 other reasons$/m)
  expect(said).toContain('dlq show has the reason of each')
  const { said: json } = await perform(list, { ...all, queue: 'jobs', json: true })
  expect(JSON.parse(json).groups).toMatchObject([{ reason: 'no dataset', reasons: 3 }])
  expect((await perform(list, all)).said).not.toMatch('other reason')
})

test.for<[string, Partial<DlqOptions>, number]>([
  ['a job', { job: first }, 3],
  ['the beginning of a job', { job: second.slice(2, 8) }, 2],
  ['no job', { job: '-' }, 1],
  ['a code', { code: 'attempts_exhausted' }, 1],
  ['a job and a code', { job: second, code: 'job_unknown' }, 1],
  ['a code that nothing has', { code: 'too_large' }, 0],
  ['another queue', { queue: 'jobs' }, 0],
])('list of %s counts only those', async ([, options, messages]) => {
  const { said } = await perform(list, { ...all, ...options, json: true })
  expect(JSON.parse(said)).toMatchObject({ messages, all: true })
})

test('show tells each message, and nothing of it speaks to the terminal', async () => {
  const { said } = await perform(show, { ...all, rows: 3 })
  expect(said).not.toContain('\u009b')
  expect(said.match(/^message /gm)).toHaveLength(6)
  expect(said).toMatch(/code +not_json/)
  expect(said).toMatch(/attempts +2/)
  expect(said).toMatch(/sent +2026-11-25T10:00:00Z/)
  expect(said).toContain(`rows       not shown: there is no job ${second}`)
})

test('redrive publishes what is chosen, and leaves the rest', async () => {
  const options = { ...all, job: first, rate: 1_000 }
  expect(await perform(redrive, options)).toEqual({
    exitCode: 0,
    said: '3 messages published again, 3 left\n',
  })
  expect((await perform(list, { ...all, json: true })).said).toContain('"messages":3')
})

test('redrive that the queue refuses says why, and fails', async () => {
  const gone = { MILLRACE_BATCHES_QUEUE_URL: `${system.queue('batches').url}-gone` }
  const options = { ...all, job: first, rate: 1_000 }
  const { exitCode, said } = await perform(redrive, options, gone)
  expect(exitCode).toBe(1)
  expect(said).toMatch(/^0 messages published again, \d left, 3 of them not taken: publish .*\n$/)
  const told = await perform(redrive, { ...options, json: true }, gone)
  expect(told.exitCode).toBe(1)
  expect(JSON.parse(told.said)).toMatchObject({
    removed: 0,
    refused: 3,
    refusal: expect.stringContaining('publish'),
  })
})

describe('discard', () => {
  test('deletes what is chosen', async () => {
    const { said } = await perform(discard, { ...all, code: 'not_json', all: false })
    expect(said).toBe('1 message deleted, 5 left\n')
  })

  test('of the beginning of several jobs deletes nothing, and names them', async () => {
    const letters = { ...all, all: false, job: 'j-' }
    await expect(perform(discard, letters)).rejects.toMatchObject({
      message: expect.stringMatching(`^j-: several jobs begin so: .*${second}`),
      exitCode: 2,
    })
    expect((await perform(list, { ...all, json: true })).said).toContain('"messages":6')
    const { said } = await perform(discard, { ...letters, job: second.slice(2, 8) })
    expect(said).toBe('2 messages deleted, 4 left\n')
  })

  test('of everything wants to be told so', async () => {
    await expect(perform(discard, { ...all, all: false })).rejects.toThrow('--all')
    const { said } = await perform(discard, { ...all, all: true })
    expect(said).toBe('6 messages deleted, 0 left\n')
  })
})
