import {
  decisionSchema,
  exportIdOf,
  type Job,
  outputSchema,
  type ResultExport,
} from '@millrace/job'
import { expect, test } from 'vitest'
import type { ResultSummary } from './aggregate-job.ts'
import { type Deps, exportResult } from './export-result.ts'
import { OvertakenError } from './fence.ts'
import { jobId, jobWith, never } from './test-data.fixture.ts'
import type { ResultWanted } from './write-result.ts'

const name = { jobId, exportId: exportIdOf('again') }
const wanted: ResultExport = {
  ...name,
  decision: decisionSchema.parse({ threshold: 0.3 }),
  output: outputSchema.parse({ uri: 's3://results/again.parquet', format: 'parquet' }),
  state: 'requested',
  createdAt: 3_000,
}
const job = jobWith({}, { state: 'succeeded', plan: { batches: 2, rows: 4 } })
const summary: ResultSummary = {
  rows: 4,
  failedRows: 0,
  resultUri: wanted.output.uri,
  manifestUri: 's3://results/again.manifest.json',
}

/** An export that succeeds, but for what `change` says. */
function createWorld(change: Partial<Deps> = {}) {
  const ended: string[] = []
  const written: ResultWanted[] = []
  const deps: Deps = {
    readExport: async () => wanted,
    readJob: async () => job,
    recordedBatches: async () => 2,
    refusal: () => undefined,
    writeResult: async (of) => {
      written.push(of)
      return summary
    },
    failureOf: (error) =>
      String(error).includes('missing') ? { code: 'part_missing', message: '' } : undefined,
    finish: async (_, state, { failure }) => {
      ended.push(failure === undefined ? state : `${state} ${failure.code}`)
      return true
    },
    ...change,
  }
  return { deps, ended, written }
}

test('the recorded job is written with the decision and output of the export', async () => {
  const { deps, ended, written } = createWorld()
  const outcome = await exportResult(deps, name, never)
  expect(outcome).toEqual({ kind: 'finished', state: 'succeeded', summary })
  const { decision, output } = wanted
  expect(written).toEqual([
    { job, spec: { ...job.spec, decision, output }, exportId: name.exportId },
  ])
  expect(ended).toEqual(['succeeded'])
})

test('failed rows are told by its state', async () => {
  const { deps } = createWorld({ writeResult: async () => ({ ...summary, failedRows: 2 }) })
  expect(await exportResult(deps, name, never)).toMatchObject({ state: 'succeeded_with_failures' })
})

test.for([
  ['that nobody asked for', undefined, 'unknown'],
  ['that has ended', { ...wanted, state: 'succeeded' as const }, 'ended'],
] as const)('an export %s is left alone', async ([, found, kind]) => {
  const { deps, ended, written } = createWorld({ readExport: async () => found })
  expect(await exportResult(deps, name, never)).toEqual({ kind })
  expect({ ended, written }).toEqual({ ended: [], written: [] })
})

const to = (output: object): Partial<Deps> => ({
  readExport: async () => ({ ...wanted, output: outputSchema.parse(output) }),
})
const of = (change: Partial<Job>): Partial<Deps> => ({
  readJob: async () => ({ ...job, ...change }),
})

type Row = [string, Partial<Deps>, string, RegExp]

test.for<Row>([
  ['of no job', { readJob: async () => undefined }, 'job_missing', /no such job/],
  [
    'to a place that is not allowed',
    { refusal: () => 'outside of X' },
    'output_refused',
    /^outside/,
  ],
  [
    'that makes no sense',
    to({ uri: 's3://results/x.csv', files: 'per_object' }),
    'spec_invalid',
    /^output.uri: wanted a folder/,
  ],
  [
    'over the dataset',
    to({ uri: 's3://data/rows.csv' }),
    'output_refused',
    /^output s3:.* over the dataset/,
  ],
  ['onto the result', to({ uri: 's3://results/scores.csv' }), 'output_taken', /own result lies/],
  [
    "onto the result's manifest",
    to({ uri: 's3://results/scores.jsonl' }),
    'output_taken',
    /own result lies/,
  ],
  [
    'of a job that runs',
    { ...of({ state: 'running' }), recordedBatches: async () => 1 },
    'not_recorded',
    /it is running, 1 of 2 batches are recorded/,
  ],
])('an export %s is refused, and nothing is written', async ([, change, code, message]) => {
  const { deps, ended, written } = createWorld(change)
  const outcome = await exportResult(deps, name, never)
  expect(outcome).toMatchObject({ kind: 'failed', failure: { code } })
  expect(outcome).toMatchObject({ failure: { message: expect.stringMatching(message) } })
  expect({ ended, written }).toEqual({ ended: [`failed ${code}`], written: [] })
})

test('a job that failed may be exported to the place of its result', async () => {
  const { deps, ended } = createWorld({
    ...to({ uri: 's3://results/scores.csv' }),
    ...of({ state: 'failed' }),
  })
  await exportResult(deps, name, never)
  expect(ended).toEqual(['succeeded'])
})

test('parts that are gone fail the export', async () => {
  const { deps, ended } = createWorld({ writeResult: () => Promise.reject(new Error('missing')) })
  expect(await exportResult(deps, name, never)).toMatchObject({ kind: 'failed' })
  expect(ended).toEqual(['failed part_missing'])
})

test.for([
  ['a passing fault', 'thrown', never],
  ['a stop', 'drained', AbortSignal.abort(new Error('drained'))],
] as const)('%s ends nothing', async ([, message, signal]) => {
  const { deps, ended } = createWorld({ writeResult: () => Promise.reject(new Error('thrown')) })
  await expect(exportResult(deps, name, signal)).rejects.toThrow(message)
  expect(ended).toEqual([])
})

test('when another was first to write it, says so and ends nothing', async () => {
  const { deps, ended } = createWorld({
    writeResult: () => Promise.reject(new OvertakenError('write: taken over')),
  })
  expect(await exportResult(deps, name, never)).toEqual({ kind: 'ended' })
  expect(ended).toEqual([])
})

test('when another was first to end it, says so', async () => {
  const { deps } = createWorld({ finish: async () => false })
  expect(await exportResult(deps, name, never)).toEqual({ kind: 'ended' })
})
