import { describe, expect, test } from 'vitest'
import type { Job, Tolerance } from './job.ts'
import { jobIdOf } from './job-id.ts'
import { jobSpecSchema } from './job-spec.ts'
import { hasTolerance, toleranceExceeded } from './tolerance.ts'

function jobWith(tolerance: Tolerance, facts: Partial<Job> = {}): Job {
  return {
    jobId: jobIdOf('token'),
    clientToken: 'token',
    spec: jobSpecSchema.parse({
      version: 1,
      dataset: { uri: 's3://data/rows.csv' },
      endpoint: { name: 'churn-v3' },
      output: { uri: 's3://results/scores.csv' },
      tolerance,
    }),
    state: 'running',
    partitions: 1,
    createdAt: 1_000,
    plan: { batches: 10, rows: 1_000 },
    ...facts,
  }
}

test.for<[string, Tolerance, number, boolean]>([
  ['no tolerance named', {}, 1_000, false],
  ['as many as tolerated', { failedRowsMax: 3 }, 3, false],
  ['one more than tolerated', { failedRowsMax: 3 }, 4, true],
  ['none tolerated and none failed', { failedRowsMax: 0 }, 0, false],
  ['none tolerated and one failed', { failedRowsMax: 0 }, 1, true],
  ['as much as tolerated', { failedRowsPercentMax: 2.5 }, 25, false],
  ['a row above the percentage', { failedRowsPercentMax: 2.5 }, 26, true],
  ['both named, the count passed', { failedRowsMax: 3, failedRowsPercentMax: 50 }, 4, true],
  ['both named, the percentage passed', { failedRowsMax: 900, failedRowsPercentMax: 1 }, 11, true],
])('with %s, a job fails as told', ([, tolerance, failedRows, fails]) => {
  expect(toleranceExceeded(jobWith(tolerance), failedRows) !== undefined).toBe(fails)
})

test.for<[Tolerance, number, string]>([
  [{ failedRowsPercentMax: 1 }, 15, '15 of 1000 rows failed (1.50 %), the job tolerates 1 %'],
  [{ failedRowsMax: 1 }, 2, '2 rows failed, the job tolerates 1'],
  [{ failedRowsMax: 0 }, 1, '1 row failed, the job tolerates 0'],
])(
  'with %j and %i failed rows, the failure says so, and what shows them',
  ([tolerance, rows, says]) => {
    expect(toleranceExceeded(jobWith(tolerance), rows)).toEqual({
      code: 'tolerance_exceeded',
      message: `${says}; millrace get ${jobIdOf('token')} --where-failed shows which`,
    })
  },
)

describe('a percentage', () => {
  test('says nothing before the number of rows is known', () => {
    const { plan: _, ...planning } = jobWith({ failedRowsPercentMax: 0 })
    expect(toleranceExceeded(planning, 1_000)).toBeUndefined()
  })

  test('of an empty dataset is never passed', () => {
    const empty = jobWith({ failedRowsPercentMax: 0 }, { plan: { batches: 0, rows: 0 } })
    expect(toleranceExceeded(empty, 0)).toBeUndefined()
  })
})

describe('an adjusted tolerance', () => {
  test('stands above that of the spec', () => {
    const job = jobWith({ failedRowsMax: 3 }, { adjusted: { tolerance: { failedRowsMax: 10 } } })
    expect(toleranceExceeded(job, 10)).toBeUndefined()
    expect(toleranceExceeded(job, 11)).toBeDefined()
  })

  test('without any limit takes the limit off', () => {
    const job = jobWith({ failedRowsMax: 3 }, { adjusted: { tolerance: {} } })
    expect(hasTolerance(job)).toBe(false)
    expect(toleranceExceeded(job, 1_000)).toBeUndefined()
  })
})
