import { join } from 'node:path'
import { besideResult } from '@millrace/job'
import { expect, test } from 'vitest'
import { jobWith } from '../test-data.fixture.ts'
import { summaryOf } from './summary.ts'

const inOut = (name: string): string => join(process.cwd(), 'out', name)
const facts = {
  files: { result: inOut('scores.csv'), ...besideResult(inOut('scores.csv')) },
  statePath: '/elsewhere/.millrace/j-1',
  rowsFailed: 0,
  reasons: [],
  batchesRecorded: 0,
  seconds: 2,
  rowsBefore: 0,
}
const plan = { batches: 10, rows: 9_001 }
const succeeded = jobWith({ state: 'succeeded', plan })

test('a job that succeeded says how many, how fast and where', () => {
  expect(summaryOf(succeeded, facts)).toEqual({
    lines: [
      '9,001 rows, 0 failed, 2.0 s, 4,501 rows/s',
      'result    out/scores.csv',
      'report    out/scores.report.html',
      'manifest  out/scores.manifest.json',
    ],
    exitCode: 0,
  })
})

test('the name of a file does not steer the terminal', () => {
  const result = inOut('a\u001b[31m\nfailed: b.csv')
  const { lines } = summaryOf(succeeded, { ...facts, files: { result, ...besideResult(result) } })
  expect(lines[1]).toBe('result    out/a\uFFFD[31m\uFFFDfailed: b.csv')
})

test.for([
  [40, '40 bytes'],
  [1_234_567, '1.2 MB'],
] as const)(
  'a packed dataset of %d bytes is told as %s, and where it lies unpacked',
  ([bytes, text]) => {
    const { spec } = succeeded
    const packed = {
      ...{ ...succeeded, spec: { ...spec, dataset: { ...spec.dataset, compression: 'gzip' } } },
      dataset: { digest: 'ab', objects: 1, bytes },
    } as typeof succeeded
    expect(summaryOf(packed, facts).lines.at(-1)).toBe(
      `unpacked  ${text}, once, in /elsewhere/.millrace/j-1/work`,
    )
  },
)

test.for([
  ['auto', '; --header absent has it scored as a row'],
  ['present', ''],
] as const)('a job of no row says so, with a header that is %s', ([header, otherwise]) => {
  const { spec } = succeeded
  const dataset = { ...spec.dataset, csv: { ...spec.dataset.csv, header } }
  const empty = { ...succeeded, spec: { ...spec, dataset }, plan: { batches: 0, rows: 0 } }
  expect(summaryOf(empty, facts)).toMatchObject({
    lines: expect.arrayContaining([
      '0 rows, 0 failed',
      `no row    the dataset is a header alone${otherwise}`,
    ]),
    exitCode: 0,
  })
})

test('whether it has kept its deadline stands beside how fast it was', () => {
  const ended = (endedAt: number): string | undefined => {
    const job = jobWith({ state: 'succeeded', plan, endedAt, adjusted: { deadline: 5_000 } })
    return summaryOf(job, facts).lines[1]
  }
  expect(ended(4_000)).toMatch(/^deadline {2}.*, kept with 16 min 40 s to spare$/)
  expect(ended(5_090)).toMatch(/^deadline {2}.*, missed by 1 min 30 s$/)
})

test('what it would have cost in an account comes with the result', () => {
  const usage = {
    ...{ invocations: 10, endpointSeconds: 1, endpointBytesIn: 900, endpointBytesOut: 90 },
    ...{ sqsRequests: 30, sqsFairRequests: 20, writeUnits: 40, readUnits: 20 },
    ...{ s3Writes: 2, s3Reads: 12, workerSeconds: 2 },
  }
  const bill = {
    ...{ sqs: 0.001, dynamodb: 0.001, s3: 0.0006, endpointData: 0, fargate: 0 },
    ...{ total: 0.0026, perMillionRows: 0.289, region: 'us-east-1', readOn: '2026-01-01' },
  }
  const cost = { usage, counted: { parts: 10, of: 10 }, bill }
  const { lines } = summaryOf(succeeded, { ...facts, cost })
  expect(lines.at(-1)).toBe('on AWS    $0.0026, $0.29 a million rows, by the prices of us-east-1')
  const ofNoRow = { ...cost, bill: { ...bill, perMillionRows: 0 } }
  expect(summaryOf(succeeded, { ...facts, cost: ofNoRow }).lines.at(-1)).toBe(
    'on AWS    $0.0026, by the prices of us-east-1',
  )
})

test('a job with failed rows says where they are listed, and exits with 3', () => {
  const job = jobWith({ state: 'succeeded_with_failures', plan })
  const reasons = [
    { code: 'rows_rejected', rows: 5, example: { row: '3', line: '4', message: 'not a number' } },
    { code: 'row_width', rows: 2 },
  ]
  const { lines, exitCode } = summaryOf(job, { ...facts, rowsFailed: 7, reasons })
  expect(lines[0]).toContain('7 failed')
  expect(lines.slice(1, 3)).toEqual([
    'failed    5 rows_rejected, as row 3 (line 4): not a number',
    '          2 row_width',
  ])
  expect(lines[4]).toBe('errors    out/scores.errors.csv')
  expect(exitCode).toBe(3)
})

test.for([
  [4_000, '9,001 rows, 4,000 of them before, 0 failed, 2.0 s, 2,501 rows/s'],
  [9_001, '9,001 rows, 0 failed'],
] as const)('a run that continued after %d rows counts only its own', ([rowsBefore, line]) => {
  expect(summaryOf(succeeded, { ...facts, rowsBefore }).lines[0]).toBe(line)
})

test('a failed job says why, and where the logs are', () => {
  const failure = { code: 'dataset_changed', message: 'rows.csv has changed' }
  expect(summaryOf(jobWith({ state: 'failed', failure }), facts)).toEqual({
    lines: [
      'failed: rows.csv has changed (dataset_changed)',
      'no result was written; the logs are in /elsewhere/.millrace/j-1/logs',
    ],
    exitCode: 1,
  })
})

test('the reason of a failed job does not speak to the terminal', () => {
  const failure = { code: 'preflight_failed', message: 'text in \u001b[31mred' }
  const { lines } = summaryOf(jobWith({ state: 'failed', failure }), facts)
  expect(lines[0]).toBe('failed: text in \uFFFD[31mred (preflight_failed)')
})

test.for(['cancelled', 'paused'] as const)('a job that is %s has no result', (state) => {
  expect(summaryOf(jobWith({ state }), facts)).toEqual({
    lines: [`the job is ${state}`],
    exitCode: 1,
  })
})

const { jobId } = jobWith()

test.for([
  [
    3,
    `3 of 10 batches are recorded: millrace retry ${jobId} scores the others; the same command scores all again`,
  ],
  [10, `10 of 10 batches are recorded: millrace export ${jobId} makes a result of them`],
] as const)('without a result, says what to do with %d batches', ([batchesRecorded, line]) => {
  const failure = { code: 'tolerance_exceeded', message: '50 rows failed' }
  for (const job of [
    jobWith({ state: 'failed', failure, plan }),
    jobWith({ state: 'cancelled', plan }),
  ]) {
    expect(summaryOf(job, { ...facts, batchesRecorded }).lines.at(-1)).toBe(line)
  }
})

test('what is advised finds the state of the run where no verb looks by itself', () => {
  const job = jobWith({ state: 'cancelled', plan })
  const stateOption = ' --state other/.millrace'
  const { lines } = summaryOf(job, { ...facts, batchesRecorded: 3, stateOption })
  expect(lines.at(-1)).toContain(`millrace retry ${jobId} --state other/.millrace scores`)
  const whole = summaryOf(job, { ...facts, batchesRecorded: 10, stateOption })
  expect(whole.lines.at(-1)).toContain(`millrace export ${jobId} --state other/.millrace makes`)
})

test.for([
  ['of a dataset that has changed', { failure: { code: 'dataset_changed', message: '' } }],
  ['of a retry', { retryOf: { jobId, layers: [jobId] } }],
  ['of a plan that is not whole', { plan: undefined }],
] as const)('parts %s are not offered', ([, change]) => {
  const { plan: whole, ...job } = { ...jobWith({ state: 'failed', plan }), ...change }
  const without = whole === undefined ? job : { ...job, plan: whole }
  expect(summaryOf(without, { ...facts, batchesRecorded: 3 }).lines).toHaveLength(2)
})

test('a result elsewhere is named by its whole path', () => {
  const elsewhere = { ...facts, files: { ...facts.files, result: '/elsewhere/scores.csv' } }
  expect(summaryOf(succeeded, elsewhere).lines[1]).toBe('result    /elsewhere/scores.csv')
})
