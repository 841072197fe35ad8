import { encodeBatchMessage, type JobId, jobIdOf } from '@millrace/job'
import { publish } from '@millrace/queue'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Cloud, startCloud } from '@millrace/cloud'
import { connectSystem } from '../system/connect-system.ts'
import type { System } from '../system/system.ts'
import { temporaryFolder } from '../test-data.fixture.ts'
import { type OpenConsole, startConsole } from './console.fixture.ts'

// A sweep ends with a poll of an empty queue, which takes a second.
vi.setConfig({ testTimeout: 30_000 })

const signal = AbortSignal.timeout(120_000)
const [first, second] = [jobIdOf('first'), jobIdOf('second')]
const hostile = '<img src=x onerror=alert(1)>'
let cloud: Cloud
let system: System
let console: OpenConsole

const evidence = (code: string, reason: string) => ({
  ...{ code, reason, attempts: '2', queue: 'millrace-batches' },
  ...{ sentAt: '2026-11-25T10:00:00.000Z', rejectedAt: '2026-11-25T10:00:05.000Z' },
})

const bodyOf = (jobId: JobId, batch: number): string =>
  encodeBatchMessage({
    ...{ jobId, batch, object: 0 },
    rows: { start: batch * 10, end: batch * 10 + 10 },
    bytes: { start: batch * 100, end: batch * 100 + 100 },
  })

beforeEach(async () => {
  cloud = await startCloud()
  system = connectSystem('deployed', cloud.env)
  const unplanned = evidence('batch_not_planned', hostile)
  await publish(
    system.deadLetters('batches'),
    [
      ...[0, 1].map((batch) => ({ body: bodyOf(first, batch), attributes: unplanned })),
      { body: bodyOf(second, 0), attributes: evidence('job_unknown', 'job is unknown') },
      { body: 'x'.repeat(5_000), attributes: evidence('not_json', 'not JSON') },
    ],
    signal,
  )
  console = await startConsole(cloud.env, { region: 'us-east-1' })
})
afterEach(async () => {
  await console[Symbol.asyncDispose]()
  await system[Symbol.asyncDispose]()
  await cloud.close()
})

test('groups the letters of a queue, and of one job', async () => {
  const { body } = await console.json('/api/letters/batches')
  expect(body).toMatchObject({ messages: 4, all: true })
  const { groups } = body as { groups: unknown[] }
  expect(groups).toHaveLength(3)
  expect(groups[0]).toEqual({
    ...{ code: 'batch_not_planned', job: first, messages: 2, reason: hostile, reasons: 1 },
    oldest: Date.parse('2026-11-25T10:00:00Z') / 1_000,
  })
  expect((await console.json(`/api/letters/batches?job=${second}`)).body).toMatchObject({
    messages: 1,
  })
})

test('shows each message, cut where it is long', async () => {
  const { body } = await console.json(`/api/letters/batches/messages?job=${first}`)
  const { messages } = body as { messages: unknown[] }
  expect(messages).toHaveLength(2)
  expect(messages[0]).toMatchObject({
    ...{ code: 'batch_not_planned', attempts: 2, sentAt: 1_795_600_800 },
    missing: `there is no job ${first}`,
  })
  const odd = await console.json('/api/letters/batches/messages?code=not_json')
  const [message] = (odd.body as { messages: { body: string }[] }).messages
  expect(message?.body).toHaveLength(4_001)
})

test('redrives what is chosen and leaves the rest', async () => {
  const answer = await console.json('/api/letters/batches/redrive', {
    ...{ job: first, code: 'batch_not_planned', rate: 1_000 },
  })
  expect(answer).toEqual({ status: 200, body: { said: '2 messages published again, 2 left' } })
  expect((await console.json('/api/letters/batches')).body).toMatchObject({ messages: 2 })
})

test('takes the letters that name no job by the dash that stands for it', async () => {
  const shown = await console.json('/api/letters/batches?job=-')
  expect(shown.body).toMatchObject({ messages: 1, groups: [{ code: 'not_json', job: '-' }] })
  const group = { job: '-', code: 'not_json', messages: 1 }
  const { body } = await console.json('/api/letters/batches/discard', group)
  expect(body).toEqual({ said: '1 message deleted, 3 left' })
})

test('discards a group, and no more of it than was shown', async () => {
  const group = { job: first, code: 'batch_not_planned' }
  const fewer = await console.json('/api/letters/batches/discard', { ...group, messages: 1 })
  expect(fewer).toEqual({
    status: 409,
    body: {
      error: 'there are 2 messages now, and not 1: nothing was deleted',
      hint: 'read the queue again',
    },
  })
  const shown = await console.json('/api/letters/batches/discard', { ...group, messages: 2 })
  expect(shown.body).toEqual({ said: '2 messages deleted, 2 left' })
})

test('sweeps no letters of another job whose name begins so', async () => {
  const longer = `${first}-0`
  const body = JSON.stringify({ jobId: longer })
  const attributes = evidence('batch_not_planned', 'of another')
  await publish(system.deadLetters('batches'), [{ body, attributes }], signal)
  const group = { job: first, code: 'batch_not_planned', messages: 2 }
  const { body: done } = await console.json('/api/letters/batches/discard', group)
  expect(done).toEqual({ said: '2 messages deleted, 3 left' })
  const { body: left } = await console.json(`/api/letters/batches/messages?job=${longer}`)
  expect(left).toMatchObject({ messages: [{ reason: 'of another' }] })
})

test('of runs wants to know whose letters are meant', async () => {
  await using other = await startConsole({}, { state: await temporaryFolder() })
  expect(await other.json('/api/letters/batches')).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining('each run has dead letters of its own') },
  })
})

test('what the queue refuses is told as an error', async () => {
  const env = { ...cloud.env, MILLRACE_BATCHES_QUEUE_URL: `${system.queue('batches').url}-gone` }
  await using other = await startConsole(env, { region: 'us-east-1' })
  const group = { job: first, code: 'batch_not_planned', rate: 1_000 }
  const answer = await other.json('/api/letters/batches/redrive', group)
  expect(answer).toMatchObject({
    status: 409,
    body: { error: expect.stringMatching(/^0 messages published again, .* not taken/) },
  })
})

test.for([
  ['another queue', '/api/letters/others', undefined, 'jobs, batches or completions'],
  ['what is no name of a job', '/api/letters/batches?job=J/4', undefined, 'job: wanted the name'],
  ['an unknown choice', '/api/letters/batches?all=1', undefined, 'all'],
  ['no rate', '/api/letters/batches/redrive', { job: '-', code: 'x' }, 'rate'],
  ['a rate of nothing', '/api/letters/batches/redrive', { rate: 0 }, 'rate'],
  ['to discard everything', '/api/letters/batches/discard', {}, 'code'],
  ['to discard however many', '/api/letters/batches/discard', { job: '-', code: 'x' }, 'messages'],
] as const)('refuses %s', async ([, path, body, named]) => {
  expect(await console.json(path, body)).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining(named) },
  })
})
