import { expect, test } from 'vitest'
import { datasetByName, resultByName, withoutCompression } from './by-name.ts'
import { jobSpecSchema } from './job-spec.ts'

test.for([
  ['rows.csv', {}],
  ['rows.CSV.GZ', {}],
  ['s3://bucket/rows.ndjson.zst', { format: 'jsonl' }],
  ['rows.jsonl', { format: 'jsonl' }],
  ['rows.tsv', { csv: { delimiter: '\t' } }],
  ['s3://bucket/jsonl/', {}],
] as const)('a dataset %s is %j', ([name, said]) => {
  expect(datasetByName(name)).toEqual(said)
})

test.for([
  ['scores.csv', {}],
  ['scores', {}],
  ['scores.v2', {}],
  ['scores.csv.gz', { compression: 'gzip' }],
  ['scores.JSONL.zst', { format: 'jsonl', compression: 'zstd' }],
  ['a.csv/scores.ndjson', { format: 'jsonl' }],
  ['scores.parquet', { format: 'parquet' }],
  ['scores.gz', { compression: 'gzip' }],
  ['2026-07-01.GZ', { compression: 'gzip' }],
  ['scores.v2.zst', { compression: 'zstd' }],
  ['scores.csv2.gz', { compression: 'gzip' }],
] as const)('a result %s is %j', ([name, shape]) => {
  expect(resultByName(name)).toEqual(shape)
})

test('a packed name has a plain one inside', () => {
  expect(['a.csv.gz', 'a.zstd', 'a.csv'].map(withoutCompression)).toEqual(['a.csv', 'a', 'a.csv'])
})

const specWith = (dataset: object, output: object) =>
  jobSpecSchema.parse({
    version: 1,
    dataset: { uri: 's3://lake/rows.csv', ...dataset },
    endpoint: { name: 'churn-v3' },
    output: { uri: 's3://lake/scores.csv', ...output },
  })

test('a spec that does not say it is written out by its names', () => {
  const { dataset, endpoint, output } = specWith(
    { uri: 's3://lake/rows.jsonl.gz' },
    { uri: 's3://lake/scores.parquet' },
  )
  expect(dataset).toMatchObject({ format: 'jsonl', compression: 'auto' })
  expect(endpoint.contentType).toBe('application/jsonlines')
  expect(output).toMatchObject({ format: 'parquet', compression: 'auto' })
  const tabs = specWith({ uri: 's3://lake/rows.tsv' }, { uri: 's3://lake/scores.csv.gz' })
  expect(tabs.dataset).toMatchObject({ format: 'csv', csv: { delimiter: '\t' } })
  expect(tabs.output).toMatchObject({ format: 'csv', compression: 'gzip' })
})

test('a spec that says what its names say has the same text', () => {
  const names = [{ uri: 's3://lake/rows.tsv' }, { uri: 's3://lake/scores.jsonl.gz' }] as const
  const [dataset, output] = names
  const said = specWith(
    { csv: { delimiter: '\t' }, format: 'csv', ...dataset },
    { compression: 'gzip', format: 'jsonl', ...output },
  )
  expect(JSON.stringify(said)).toBe(JSON.stringify(specWith(dataset, output)))
})

test('what a spec says stands, whatever the names say', () => {
  const said = specWith(
    { uri: 's3://lake/rows.tsv', csv: { delimiter: ';' } },
    { uri: 's3://lake/scores.parquet.gz', format: 'csv', compression: 'auto' },
  )
  expect(said.dataset.csv.delimiter).toBe(';')
  expect(said.output).toMatchObject({ format: 'csv', compression: 'auto' })
  expect(specWith({ uri: 's3://lake/a.jsonl', format: 'csv' }, {}).dataset.format).toBe('csv')
})

test.for([
  [{}, 'text/csv'],
  [{ contentType: 'text/csv; charset=utf-8' }, 'text/csv'],
  [{ contentType: 'application/json' }, 'application/json'],
  [{ contentType: 'application/json; charset=utf-8' }, 'application/json'],
  [{ contentType: 'application/vnd.x+json' }, 'application/vnd.x+json'],
  [{ contentType: 'application/json', accept: 'text/csv' }, 'text/csv'],
] as const)('of an endpoint %j an answer in %s is asked for', ([said, accept]) => {
  const spec = jobSpecSchema.parse({
    version: 1,
    dataset: { uri: 's3://lake/rows.csv' },
    endpoint: { name: 'churn-v3', ...said },
    output: { uri: 's3://lake/scores.csv' },
  })
  expect(spec.endpoint.accept).toBe(accept)
})

test('columns of what is JSON lines by its name cannot be chosen', () => {
  const features = { include: ['id'] }
  expect(() => specWith({ uri: 's3://lake/a.jsonl', features }, {})).toThrow(/JSON lines have none/)
})
