import { decodeJobRequest, type JobSpec, jobIdOf } from '@millrace/job'
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
  const every = { max: 100, matches: () => true }
  const { letters } = await readDeadLetters(stack.system.queue('jobs'), every, signal)
  const requests = letters.map(({ body }) => decodeJobRequest(body))
  return requests.find((request) => request.clientToken === clientToken)?.spec
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

test('the same token with the same names is the same job', async () => {
  const options = { spec: { endpoint }, out: 's3://results/again.parquet', clientToken: 'again' }
  const first = await submitted(options)
  const spec = await askedFor('again')
  if (spec === undefined) throw new Error('nothing was asked for')
  const job = { jobId: jobIdOf('again'), clientToken: 'again' }
  await createJob(stack.system.ledger, jobWith({ ...job, spec }), signal)
  expect(await submitted(options)).toBe(first)
  const other = submitted({ ...options, out: 's3://results/again.csv' })
  await expect(other).rejects.toThrow('has another spec')
})
