import type { JobSpecInput } from '@millrace/job'
import { expect, test } from 'vitest'
import { jobWith } from './test-data.ts'
import { unsupportedIn } from './unsupported.ts'

const dataset = { uri: 's3://data/rows.csv' }

test.for<[string, Partial<JobSpecInput>]>([
  ['dataset.format jsonl', { dataset: { ...dataset, format: 'jsonl' } }],
  ['dataset.compression gzip', { dataset: { ...dataset, compression: 'gzip' } }],
])('%s is refused rather than taken for CSV', ([what, spec]) => {
  expect(unsupportedIn(jobWith(spec).spec)).toBe(`${what} is not supported yet`)
})

test('a plain CSV is supported', () => {
  expect(unsupportedIn(jobWith().spec)).toBeUndefined()
})
