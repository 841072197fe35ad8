import { expect, test } from 'vitest'
import { endingOf, formatByName } from './format-by-name.ts'

test.for([
  ['scores.csv', {}],
  ['scores', {}],
  ['scores.v2', {}],
  ['scores.csv.gz', { compression: 'gzip' }],
  ['scores.JSONL.zst', { format: 'jsonl', compression: 'zstd' }],
  ['a.csv/scores.ndjson', { format: 'jsonl' }],
  ['scores.parquet', { format: 'parquet' }],
] as const)('the name %s says %j', ([name, shape]) => {
  expect(formatByName(name)).toEqual(shape)
})

test.for([
  [{}, '.csv'],
  [{ format: 'jsonl', compression: 'gzip' }, '.jsonl.gz'],
  [{ format: 'parquet', compression: 'zstd' }, '.parquet'],
] as const)('a result of %j ends in %s, and is read as such', ([shape, ending]) => {
  expect(endingOf(shape)).toBe(ending)
})
