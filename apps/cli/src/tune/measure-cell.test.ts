import { setTimeout as sleep } from 'node:timers/promises'
import { InvocationError, type Invoke } from '@millrace/invocation'
import { jobSpecSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { sampleRows } from '../endpoint/sample-rows.ts'
import { never } from '../test-data.fixture.ts'
import { type Answer, measureCell } from './measure-cell.ts'

const table = Buffer.from(Array.from({ length: 50 }, (_, row) => `${row},2\n`).join(''))
const spec = jobSpecSchema.parse({
  version: 1,
  dataset: { uri: 'file:///rows.csv', csv: { header: 'absent' } },
  endpoint: { name: 'e' },
  output: { uri: 'file:///out.csv' },
})
const sample = sampleRows(table, true, spec, 1_000)!
const endpoint = {
  name: 'e',
  contentType: 'text/csv',
  accept: 'text/csv',
  response: 'auto',
} as const
const limits = { cellMs: 60, deadlineAt: Number.POSITIVE_INFINITY, bestSoFar: 0 }
const now = () => performance.now()

const linesIn = (body: Uint8Array): number =>
  Buffer.from(body).toString().trimEnd().split('\n').length
const answering =
  (ms: number): Invoke =>
  async ({ body }) => {
    await sleep(ms)
    const answer = Buffer.from('0.5\n'.repeat(linesIn(body)))
    return { body: answer, contentType: 'text/csv', durationMs: ms }
  }
const measure = (invoke: Invoke, change: object = {}, cell = { rows: 10, concurrency: 2 }) =>
  measureCell({ invoke, endpoint, sample, now }, cell, { ...limits, ...change }, never)

test('the rate is that of the slots, whose turns take so long', async () => {
  // Two slots in turn: an answer each five milliseconds, so each slot's turn takes ten.
  let clock = 0
  const invoke: Invoke = async (request, signal) => {
    const answer = await answering(0)(request, signal)
    clock += 5
    return { ...answer, durationMs: 10 }
  }
  const cell = { rows: 10, concurrency: 2 }
  const deps = { invoke, endpoint, sample, now: () => clock }
  const measured = await measureCell(deps, cell, limits, never)
  expect(measured).toMatchObject({ kind: 'measured', rows: 10, concurrency: 2, p50Ms: 10 })
  expect(measured.rowsPerSecond).toBeCloseTo(2_000)
})

test('each slot has two answers, however long they take', async () => {
  const { invocations } = await measure(answering(50), { cellMs: 1 })
  expect(invocations).toBe(4)
})

test('far below the best it is cut short', async () => {
  const measured = await measure(answering(5), { cellMs: 60_000, bestSoFar: 1e9 })
  expect(measured.kind).toBe('dominated')
})

test('throttles end it at once', async () => {
  let asked = 0
  const invoke: Invoke = async () => {
    asked += 1
    throw new InvocationError('endpoint_throttled', 'e', '')
  }
  expect((await measure(invoke, { cellMs: 60_000 })).kind).toBe('throttled')
  expect(asked).toBeLessThanOrEqual(4)
})

test('too many rows for one invocation are told apart', async () => {
  const invoke: Invoke = async () => {
    throw new InvocationError('payload_too_large', 'e', '')
  }
  expect(await measure(invoke)).toMatchObject({ kind: 'refused', rowsPerSecond: 0 })
})

test('rows that are refused are no throttle, and are not sent for long', async () => {
  let asked = 0
  const invoke: Invoke = async () => {
    asked += 1
    throw new InvocationError('rows_rejected', 'e', '')
  }
  const measured = await measure(invoke, { cellMs: 60_000 })
  expect(measured).toMatchObject({ kind: 'failed', reason: 'rows_rejected', rowsPerSecond: 0 })
  // Two a slot, and one that was under way.
  expect(asked).toBeLessThanOrEqual(5)
})

test('an answer that is not understood says so', async () => {
  const invoke: Invoke = async () => ({ body: Buffer.from('?'), contentType: '', durationMs: 1 })
  expect(await measure(invoke)).toMatchObject({ kind: 'failed', reason: 'response_malformed' })
})

test('of a few refused rows, the others are measured', async () => {
  let asked = 0
  const invoke: Invoke = async (request, signal) => {
    if (asked++ % 4 === 0) throw new InvocationError('rows_rejected', 'e', '')
    return await answering(2)(request, signal)
  }
  expect(await measure(invoke)).toMatchObject({ kind: 'measured', p50Ms: 2 })
})

test('out of time before a second answer, is unfinished', async () => {
  const measured = await measure(answering(20), { deadlineAt: now() + 10 })
  expect(measured).toMatchObject({ kind: 'unfinished', rowsPerSecond: 0 })
})

test('what each answer held is handed over', async () => {
  const answers: Answer[] = []
  const deps = { invoke: answering(1), endpoint, sample, now, onAnswer: keep }
  function keep(answer: Answer): void {
    answers.push(answer)
  }
  await measureCell(deps, { rows: 10, concurrency: 1 }, limits, never)
  expect(answers[0]).toMatchObject({ rows: 10, bytesSent: 40, bytesAnswered: 40 })
  expect(answers[0]?.predictions.toString().split('\n')).toHaveLength(10)
})

test('what no other cell would change ends the whole search', async () => {
  const invoke: Invoke = async () => {
    throw new InvocationError('access_denied', 'e', '')
  }
  await expect(measure(invoke)).rejects.toThrow('access_denied')
})

test('the rows of the sample are sent in turn', async () => {
  const sent = new Set<string>()
  const invoke: Invoke = async (request, signal) => {
    sent.add(Buffer.from(request.body).toString().split('\n', 1)[0] ?? '')
    return await answering(1)(request, signal)
  }
  await measure(invoke, { cellMs: 80 }, { rows: 20, concurrency: 1 })
  expect([...sent].toSorted()).toEqual(['0,2', '20,2'])
})
