import { expect, test } from 'vitest'
import { jobWith } from '../test-data.fixture.ts'
import { type Failed, retryingText, rowsToRetry } from './count-failed.ts'

const job = jobWith({ state: 'succeeded_with_failures' })
const failed: Failed = {
  byReason: new Map([
    ['row_width', 3],
    ['rows_rejected', 1_200],
  ]),
  notScored: 0,
  rows: 9_000,
}

test.for<[readonly string[] | undefined, Partial<Failed>, number | undefined]>([
  [undefined, {}, 1_203],
  [['row_width'], {}, 3],
  [['row_width', 'other'], {}, 3],
  [['row_width'], { notScored: 500 }, 503],
  [['other'], { notScored: 500 }, 500],
  [undefined, { notScored: undefined }, undefined],
])('for the reasons %j of %j, so many rows are invoked again', ([reasons, facts, rows]) => {
  expect(rowsToRetry(job, { ...failed, ...facts }, reasons)).toBe(rows)
})

test('a reason that no row has failed for is answered with those that there are', () => {
  expect(() => rowsToRetry(job, failed, ['model_failed', 'x'])).toThrow(
    `${job.jobId}: has no row that failed for model_failed or x; it has rows_rejected 1,200, row_width 3`,
  )
})

test('of a job without failed rows there is nothing to retry', () => {
  const refusal = expect.objectContaining({
    message: `${job.jobId}: has no failed row`,
    exitCode: 1,
  })
  const sound = { ...failed, byReason: new Map() }
  expect(() => rowsToRetry(job, sound, undefined)).toThrow(refusal)
  expect(() => rowsToRetry(job, sound, ['x'])).toThrow(refusal)
})

test.for<[Partial<Failed>, number, string]>([
  [{}, 1_203, 'retrying 1,203 of 9,000 rows of JOB (rows_rejected 1,200, row_width 3)'],
  [
    { byReason: new Map(), notScored: 4_000 },
    4_000,
    'retrying 4,000 of 9,000 rows of JOB (4,000 rows not scored)',
  ],
  [
    { byReason: new Map(), notScored: 1, rows: 1 },
    1,
    'retrying 1 of 1 row of JOB (1 row not scored)',
  ],
])('of %j, %d are told of', ([facts, rows, text]) => {
  expect(retryingText(job, { ...failed, ...facts }, rows)).toBe(text.replace('JOB', job.jobId))
})
