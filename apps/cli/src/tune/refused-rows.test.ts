import { setTimeout as sleep } from 'node:timers/promises'
import { InvocationError, type Invoke } from '@millrace/invocation'
import { jobSpecSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { type SampleRows, sampleRows } from '../endpoint/sample-rows.ts'
import { never } from '../test-data.fixture.ts'
import { leaveOutRefused } from './refused-rows.ts'

const spec = jobSpecSchema.parse({
  version: 1,
  dataset: { uri: 'file:///rows.csv', csv: { header: 'present' } },
  endpoint: { name: 'e' },
  output: { uri: 'file:///out.csv' },
})

/** So many rows below a header; those that are named have other texts. */
function sampleOf(count: number, others: Readonly<Record<number, string>> = {}): SampleRows {
  const rows = Array.from({ length: count }, (_, row) => others[row] ?? `${row},2`)
  const sample = sampleRows(Buffer.from(`a,b\n${rows.join('\n')}\n`), true, spec, count)
  if (sample === undefined) throw new Error('no row')
  return sample
}

/** Refuses a body in which a row is bad; remembers how many rows it was sent each time, and its time passes so. */
function createEndpoint(latencyMs = 0) {
  const sent: number[] = []
  let clock = 0
  const invoke: Invoke = async ({ body }) => {
    const rows = Buffer.from(body).toString().trimEnd().split('\n')
    sent.push(rows.length)
    clock += latencyMs
    if (rows.some((row) => row.startsWith('bad'))) {
      throw new InvocationError('rows_rejected', 'e', '', { words: 'could not convert' })
    }
    return { body: Buffer.from('0.5\n'.repeat(rows.length)), contentType: '', durationMs: 1 }
  }
  return { invoke, sent, now: () => clock }
}

const lookAt = (invoke: Invoke, sample: SampleRows, timeMs = 10_000, now = Date.now) =>
  leaveOutRefused({ invoke, now, random: () => 0, sleep: wait }, spec, sample, {
    timeMs,
    signal: never,
  })
const wait = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal })
const textOf = ({ body }: SampleRows): string => Buffer.from(body).toString()

test('a sample of good rows is the same, after a few invocations', async () => {
  const { invoke, sent } = createEndpoint()
  const sample = sampleOf(20_000)
  const taken = await lookAt(invoke, sample)
  expect(taken.leftOut).toBeUndefined()
  expect(taken.sample).toBe(sample)
  expect(sent.length).toBeLessThan(15)
})

test('refused rows are left out, and told by their place in the dataset', async () => {
  const { invoke } = createEndpoint()
  const sample = sampleOf(500, { 3: 'odd', 100: 'bad,1', 101: 'bad,2', 499: 'bad,3' })
  const taken = await lookAt(invoke, sample)
  expect(taken.leftOut).toEqual({
    rows: 3,
    of: 499,
    firstRow: 100,
    reason: 'could not convert',
    isAll: true,
  })
  expect(taken.sample.rows).toBe(496)
  expect(textOf(taken.sample)).not.toMatch(/bad|odd/)
  expect(textOf(taken.sample).split('\n')).toHaveLength(497)
  const last = taken.sample.offsets[495]
  expect(textOf(taken.sample).slice(last)).toBe('498,2\n')
  expect(taken.sample.offsets).toHaveLength(497)
})

test('one bad row in twenty takes no more time than it has, and bounds the sample', async () => {
  const { invoke, now } = createEndpoint(2)
  const others = Array.from({ length: 500 }, (_, index) => [index * 20 + 7, 'bad,1'])
  const sample = sampleOf(10_000, Object.fromEntries(others))
  const { leftOut, sample: taken } = await lookAt(invoke, sample, 500, now)
  expect(now()).toBeGreaterThan(400)
  expect(now()).toBeLessThan(600)
  expect(leftOut).toMatchObject({ firstRow: 7, isAll: false })
  expect(leftOut?.of).toBeLessThan(10_000)
  expect(taken.rows).toBe((leftOut?.of ?? 0) - (leftOut?.rows ?? 0))
  expect(textOf(taken)).not.toContain('bad')
})

test.for<[string, InvocationError]>([
  ['has no room', new InvocationError('endpoint_throttled', 'e', '')],
  ['breaks off', new InvocationError('connection_failed', 'e', '')],
])('an endpoint that %s says nothing of the rows', async ([, fault]) => {
  const sample = sampleOf(100)
  const taken = await lookAt(() => Promise.reject(fault), sample, 50)
  expect(taken).toEqual({ sample })
})

test('where all further rows are refused, those before are the sample', async () => {
  const { invoke, sent } = createEndpoint()
  const bad = Array.from({ length: 970 }, (_, index) => [index + 30, 'bad,1'])
  const { leftOut, sample } = await lookAt(invoke, sampleOf(1_000, Object.fromEntries(bad)))
  expect(sample.rows).toBe(30)
  expect(leftOut).toMatchObject({ rows: 0, of: 30, isAll: false })
  expect(sent.length).toBeLessThan(60)
})

test('without one row that is known to be taken, the sample stays as it is', async () => {
  const { invoke } = createEndpoint()
  const bad = Array.from({ length: 100 }, (_, index) => [index, 'bad,1'])
  const sample = sampleOf(100, Object.fromEntries(bad))
  expect(await lookAt(invoke, sample)).toEqual({ sample })
})

test('what no other rows would change is thrown', async () => {
  const denied = () => Promise.reject(new InvocationError('access_denied', 'e', ''))
  await expect(lookAt(denied, sampleOf(100))).rejects.toMatchObject({ code: 'access_denied' })
})
