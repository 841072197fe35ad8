import { expect, test } from 'vitest'
import { jobWith } from '../test-data.fixture.ts'
import { type Failed, rowsToRetry } from './count-failed.ts'

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
