import { askedOf, decodeJobRequest, type Job, type JobSpec, jobIdOf } from '@millrace/job'
import { createJob } from '@millrace/ledger'
import { readDeadLetters } from '@millrace/queue'
import { expect, test, vi } from 'vitest'
import { useStack } from '../system/stack.fixture.ts'
import { createWorld, jobWith } from '../test-data.fixture.ts'
import type { PartialSpec } from '../spec/spec-options.ts'
import { submit, type SubmitOptions } from './submit.ts'

// A sweep ends with a poll of an empty queue, which takes a second.
vi.setConfig({ testTimeout: 30_000 })

const stack = useStack()
const signal = AbortSignal.timeout(60_000)

const usual = {
  data: 's3://tables/today.csv',
  region: 'us-east-1',
  watch: false,
  json: false,
} as const
const endpoint = { name: 'churn-v3' }

async function submitted(options: Pick<SubmitOptions, 'out' | 'spec' | 'clientToken'>) {
  const { world, said } = createWorld(stack.env)
  expect(await submit({ ...usual, ...options }, world)).toBe(0)
  return said()
}

/** What the producer is asked for. A dead-letter sweep reads any queue without taking from it. */
async function askedFor(clientToken: string): Promise<JobSpec | undefined> {
  const message = await messageOf(clientToken)
  return message && decodeJobRequest(JSON.stringify(message)).spec
}

async function messageOf(clientToken: string): Promise<object | undefined> {
  const every = { max: 100, matches: () => true }
  const { letters } = await readDeadLetters(stack.system.queue('jobs'), every, signal)
  const messages = letters.map(({ body }) => JSON.parse(body) as { readonly clientToken: string })
  return messages.find((message) => message.clientToken === clientToken)
}

test.for<[string, NonNullable<PartialSpec['output']>, object]>([
  ['today.parquet', {}, { format: 'parquet', compression: 'auto' }],
  ['today.jsonl.gz', {}, { format: 'jsonl', compression: 'gzip' }],
  ['today', {}, { format: 'csv', compression: 'auto' }],
  ['typed.jsonl', { format: 'csv' }, { format: 'csv' }],
])('a result %s with %j typed is %j', async ([name, output, made]) => {
  const out = `s3://results/${name}`
  await submitted({ out, spec: { endpoint, output }, clientToken: name })
  expect((await askedFor(name))?.output).toMatchObject({ uri: out, ...made })
})

test('a name in the spec says it, too', async () => {
  const output = { uri: 's3://results/of-spec.parquet' }
  await submitted({ spec: { endpoint, output }, clientToken: 'of-spec' })
  expect((await askedFor('of-spec'))?.output).toMatchObject({ ...output, format: 'parquet' })
})

test('what was typed to no effect is refused, and not asked for', async () => {
  const decision = { kind: 'none' as const, labels: ['a', 'b'] }
  const spec = { endpoint, decision }
  const options = { ...usual, spec, out: 's3://results/idle.csv', clientToken: 'idle' }
  await expect(submit(options, createWorld(stack.env).world)).rejects.toThrow(
    '--label: has no effect where the decision is none',
  )
  expect(await askedFor('idle')).toBeUndefined()
})

test('a deadline goes with the job, and one that has passed is refused', async () => {
  const out = 's3://results/deadline.csv'
  await submitted({ out, spec: { endpoint, deadline: '4h' }, clientToken: 'deadline' })
  expect((await askedFor('deadline'))?.deadline).toBe('4h')
  const spec = { endpoint, deadline: '2026-01-01T00:00Z' }
  const options = { ...usual, spec, out, clientToken: 'passed' }
  await expect(submit(options, createWorld(stack.env).world)).rejects.toThrow(
    /^--deadline 2026-01-01T00:00Z: has passed; it is 20/,
  )
  expect(await askedFor('passed')).toBeUndefined()
})

test('the same token with the same names is the same job', async () => {
  const options = { spec: { endpoint }, out: 's3://results/again.parquet', clientToken: 'again' }
  const first = await submitted(options)
  const spec = await askedFor('again')
  if (spec === undefined) throw new Error('nothing was asked for')
  const job = { jobId: jobIdOf('again'), clientToken: 'again' }
  await createJob(stack.system.ledger, jobWith({ ...job, spec }), signal)
  expect(await submitted(options)).toBe(first)
  const other = submitted({ ...options, out: 's3://results/again.csv' })
  await expect(other).rejects.toThrow(
    'has another spec: output.uri is "s3://results/again.csv", and not ',
  )
})

test('the same token is the same job for a version with other defaults', async () => {
  const options = { spec: { endpoint }, out: 's3://results/before.csv', clientToken: 'before' }
  const first = await submitted(options)
  const message = await messageOf('before')
  const { spec } = decodeJobRequest(JSON.stringify(message))
  const { batching } = spec
  const job = { jobId: jobIdOf('before'), clientToken: 'before', asked: askedOf(message) }
  const before = { ...spec, batching: { ...batching, rows: batching.rows + 1 } }
  await createJob(stack.system.ledger, jobWith({ ...job, spec: before }), signal)
  expect(await submitted(options)).toBe(first)
  const other = submitted({ ...options, out: 's3://results/after.csv' })
  await expect(other).rejects.toThrow('has another spec: ')
})

test('what was not said is left to the producer', async () => {
  const out = 's3://results/plain.csv'
  await submitted({ spec: { endpoint }, out, clientToken: 'plain' })
  expect(await messageOf('plain')).toEqual({
    version: 1,
    clientToken: 'plain',
    spec: { version: 1, dataset: { uri: usual.data }, endpoint, output: { uri: out } },
  })
})

test.for([
  ['that is empty', '', /clientToken: /],
  ['of too many characters', 'x'.repeat(257), /clientToken: /],
] as const)('a token %s is refused, and not asked for', async ([, clientToken, words]) => {
  const options = { spec: { endpoint }, out: 's3://results/token.csv', clientToken }
  await expect(submitted(options)).rejects.toThrow(words)
  expect(await askedFor(clientToken)).toBeUndefined()
})

test('a result that is named by nothing is not this folder', async () => {
  const unnamed = submitted({ spec: { endpoint }, out: '' })
  await expect(unnamed).rejects.toThrow('wanted a path or a URI, got nothing')
})

test('the token of a job that is forgotten is refused, and not asked for', async () => {
  const clientToken = 'forgotten'
  const job = { jobId: jobIdOf(clientToken), clientToken, createdAt: 1_000, expiresAt: 2_000 }
  await createJob(stack.system.ledger, jobWith(job), signal)
  const options = { spec: { endpoint }, out: 's3://results/forgotten.csv', clientToken }
  await expect(submitted(options)).rejects.toThrow(
    `client token forgotten: was that of job ${job.jobId}, which is forgotten`,
  )
  expect(await askedFor(clientToken)).toBeUndefined()
})

/** Submits with `--watch` a job that is there already, in this state. */
async function submitAndWatch(clientToken: string, state: Job['state'], options: object = {}) {
  const out = `s3://results/${clientToken}.csv`
  await submitted({ out, spec: { endpoint }, clientToken })
  const spec = await askedFor(clientToken)
  if (spec === undefined) throw new Error('nothing was asked for')
  const jobId = jobIdOf(clientToken)
  await createJob(stack.system.ledger, jobWith({ jobId, clientToken, spec, state }), signal)
  const { world, said } = createWorld(stack.env)
  const stop = new AbortController()
  const typed = { ...usual, out, spec: { endpoint }, clientToken, ...options, watch: true }
  const submitting = submit(typed, { ...world, stop: stop.signal })
  return { jobId, said, stop, submitting }
}

test('a job that is to be watched is named before it is shown', async () => {
  const { jobId, said, submitting } = await submitAndWatch('watched', 'cancelled')
  expect(await submitting).toBe(1)
  expect(said()).toMatch(new RegExp(`^millrace watch ${jobId} shows how it goes\njob +${jobId}\n`))
})

test('for programs, its name is the first line', async () => {
  const { jobId, said, submitting } = await submitAndWatch('lines', 'cancelled', { json: true })
  await submitting
  const [first, second] = said().split('\n')
  expect(JSON.parse(first ?? '')).toEqual({ jobId, clientToken: 'lines' })
  expect(JSON.parse(second ?? '')).toMatchObject({ jobId, state: 'cancelled' })
})

test('who stops to watch is told that the job goes on, and what shows it', async () => {
  const { jobId, said, stop, submitting } = await submitAndWatch('stopped', 'running')
  submitting.catch(() => {})
  await expect.poll(said).toContain('shows how it goes')
  stop.abort()
  await expect(submitting).rejects.toThrow()
  expect(said()).toContain(`\nthe job goes on; millrace watch ${jobId} shows it\n`)
})
