import { expect, test } from 'vitest'
import type { JobLine } from '../../src/console-data.ts'
import { filtered, type JobFilter, statesOf } from './job-filter.ts'

const jobs: readonly JobLine[] = [
  { jobId: 'j-1', state: 'running', endpoint: 'Churn-v3', dataset: 's3://tables/may.csv' },
  { jobId: 'j-2', state: 'failed', endpoint: 'flights', dataset: 's3://tables/june.csv' },
  { jobId: 'j-3', state: 'running', endpoint: 'flights' },
  { jobId: 'j-4', state: 'unreadable', reason: 'of another version' },
]

test.for<[JobFilter, string[]]>([
  [{ state: undefined, text: '' }, ['j-1', 'j-2', 'j-3', 'j-4']],
  [{ state: 'running', text: '' }, ['j-1', 'j-3']],
  [{ state: undefined, text: ' CHURN' }, ['j-1']],
  [{ state: undefined, text: 'june' }, ['j-2']],
  [{ state: undefined, text: 'j-4' }, ['j-4']],
  [{ state: 'running', text: 'flights' }, ['j-3']],
  [{ state: 'paused', text: '' }, []],
])('the filter %o leaves %j', ([filter, left]) => {
  expect(filtered(jobs, filter).map(({ jobId }) => jobId)).toEqual(left)
})

test('states are counted of what the text leaves, whichever is chosen', () => {
  expect(statesOf(jobs, { state: 'failed', text: '' })).toEqual([
    ['running', 2],
    ['failed', 1],
    ['unreadable', 1],
  ])
})

test('a chosen state stays to be let go of', () => {
  expect(statesOf(jobs, { state: 'failed', text: 'churn' })).toEqual([
    ['running', 1],
    ['failed', 0],
  ])
})
