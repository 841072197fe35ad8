import { jobIdOf, type RowFailure } from '@millrace/job'
import type { Part } from '@millrace/ledger'
import { expect, test } from 'vitest'
import { createInTurn } from './in-turn.ts'
import { type Deps as ScoringDeps, scoreRows } from './score-rows.ts'
import { scoreOverLayers } from './score-over-layers.ts'
import { batch, never, openJobWith } from '../test-data.fixture.ts'

const base = jobIdOf('base')
const failure = (row: number, code: string): RowFailure => ({ row, code, message: 'no' })

/** The part below: of the three rows from row 6 on, two have failed, each for its own reason. */
const below: Part = {
  jobId: base,
  batch: 2,
  rows: batch.rows,
  predictions: Buffer.from('\n0.2\n'),
  failures: [failure(6, 'throttled'), failure(8, 'refused')],
  inputHash: 'ab',
  variant: 'blue',
  attempt: 2,
  invocations: 7,
  throttles: 1,
  durationMs: 30,
  recordedAt: 1_500,
}

/** A retry over rows of three columns; `seen` is what the endpoint saw. */
function createWorld(reasons?: readonly string[], part: Part | 'nothing' = below) {
  const retryOf = { jobId: base, layers: [base], ...(reasons === undefined ? {} : { reasons }) }
  const seen: string[] = []
  const scoring: ScoringDeps = {
    inTurn: createInTurn(),
    read: async () => Buffer.from('1,2,3\n4,5,6\n7,8,9\n'),
    reasonToGiveUp: (error, attempt) =>
      attempt < 5 ? undefined : { code: 'model_error', message: (error as Error).message },
    scorePayload: async (_, __, { body, rows }) => {
      const text = Buffer.from(body).toString()
      seen.push(text)
      if (text.includes('7,8,9')) {
        const lines = Array.from({ length: rows }, (_row, index) => (index < rows - 1 ? '0.9' : ''))
        return { ...spent, predictions: Buffer.from(lines.join('\n')), failures: [last(rows)] }
      }
      return {
        ...spent,
        predictions: Buffer.from(Array(rows).fill('0.9').join('\n')),
        failures: [],
      }
    },
  }
  const spent = { invocations: 1, throttles: 0, durationMs: 5, variant: 'green' }
  const last = (rows: number) => failure(rows - 1, 'still refused')
  const score = async () =>
    await scoreOverLayers(
      {
        below: async () => (part === 'nothing' ? undefined : part),
        scoreRows: async (...rows) => await scoreRows(scoring, ...rows),
      },
      openJobWith({}, { retryOf }),
      batch,
      1,
      never,
    )
  return { seen, score }
}

test('only rows that failed for the reason are sent, and only they change', async () => {
  const { seen, score } = createWorld(['throttled'])
  expect(await score()).toMatchObject({
    predictions: Buffer.from('0.9\n0.2\n'),
    failures: [failure(8, 'refused')],
    retried: { rows: 1, mended: 1 },
    invocations: 1,
    variant: 'green',
  })
  expect(seen).toEqual(['1,2,3\n'])
})

test('without a reason, every failed row is sent; what fails again has its new reason', async () => {
  const { seen, score } = createWorld()
  expect(await score()).toMatchObject({
    predictions: Buffer.from('0.9\n0.2\n'),
    failures: [failure(8, 'still refused')],
    retried: { rows: 2, mended: 1 },
  })
  expect(seen).toEqual(['1,2,3\n7,8,9\n'])
})

test('a reason that no row has sends nothing and changes nothing', async () => {
  const { seen, score } = createWorld(['other'])
  const { predictions, failures, invocations } = await score()
  expect({ predictions, failures, invocations, seen }).toEqual({
    predictions: below.predictions,
    failures: below.failures,
    invocations: 0,
    seen: [],
  })
})

test('the part keeps what the jobs below have spent on it', async () => {
  const { score } = createWorld()
  expect((await score()).earlier).toEqual([
    expect.objectContaining({
      jobId: base,
      rows: 3,
      predicted: 1,
      invocations: 7,
      variant: 'blue',
    }),
  ])
})

test('a batch that no job has recorded is scored whole', async () => {
  const { seen, score } = createWorld(['throttled'], 'nothing')
  const scored = await score()
  expect(scored.predictions.toString()).toBe('0.9\n0.9\n')
  expect(scored).not.toHaveProperty('retried')
  expect(seen).toEqual(['1,2,3\n4,5,6\n7,8,9\n'])
})

test('bytes of predictions that are no UTF-8 stay as they are', async () => {
  const label = Buffer.from('caf\xe9', 'latin1')
  const predictions = Buffer.concat([Buffer.from('\n'), label, Buffer.from('\n')])
  const { score } = createWorld(undefined, { ...below, predictions })
  expect((await score()).predictions.includes(label)).toBe(true)
})
