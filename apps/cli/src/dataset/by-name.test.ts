import { expect, test } from 'vitest'
import { datasetByName, withLooks, withoutCompression } from './by-name.ts'

test.for([
  ['rows.csv', {}],
  ['rows.CSV.GZ', { compression: 'gzip' }],
  ['s3://bucket/rows.ndjson.zst', { format: 'jsonl', compression: 'zstd' }],
  ['rows.jsonl', { format: 'jsonl' }],
  ['rows.tsv', { csv: { delimiter: '\t' } }],
  ['s3://bucket/gz/', {}],
] as const)('%s looks like %j', ([name, looks]) => {
  expect(datasetByName(name)).toEqual(looks)
})

test('what is said comes before what it looks like', () => {
  const looks = datasetByName('rows.tsv.gz')
  expect(withLooks(looks, { compression: 'none', csv: { header: 'present' } })).toEqual({
    compression: 'none',
    csv: { delimiter: '\t', header: 'present' },
  })
})

test('a packed name has a plain one inside', () => {
  expect(['a.csv.gz', 'a.zstd', 'a.csv'].map(withoutCompression)).toEqual(['a.csv', 'a', 'a.csv'])
})

test('who says that looks decide has them decide', () => {
  expect(withLooks(datasetByName('rows.csv.gz'), { compression: 'auto' }).compression).toBe('gzip')
  expect(withLooks(datasetByName('rows.csv'), { compression: 'auto' }).compression).toBe('auto')
})
