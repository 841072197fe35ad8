import { expect, test } from 'vitest'
import { resultByName } from '@millrace/job'
import { endingOf } from './format-by-name.ts'

test.for([
  [{}, '.csv'],
  [{ format: 'jsonl', compression: 'gzip' }, '.jsonl.gz'],
  [{ format: 'parquet', compression: 'zstd' }, '.parquet'],
] as const)('a result of %j ends in %s, and is read as such', ([shape, ending]) => {
  expect(endingOf(shape)).toBe(ending)
  const { format = 'csv' }: Parameters<typeof endingOf>[0] = shape
  expect(resultByName(`scores${ending}`).format ?? 'csv').toBe(format)
})
