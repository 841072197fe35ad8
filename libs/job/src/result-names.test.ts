import { expect, test } from 'vitest'
import { fileCompression, resultNames } from './result-names.ts'
import { outputSchema } from './result-spec.ts'

const namesOf = (output: object) => resultNames(outputSchema.parse(output))

test.for([
  ['s3://out/scores.csv', 's3://out/scores'],
  ['s3://out/scores.TXT', 's3://out/scores'],
  ['s3://out/scores.csv.gz', 's3://out/scores'],
  ['s3://out/scores.jsonl.zst', 's3://out/scores'],
  ['s3://out/v1.2.parquet', 's3://out/v1.2'],
  ['s3://out/scores', 's3://out/scores'],
  ['file:///a.csv/b', 'file:///a.csv/b'],
] as const)('the file %s has errors, manifest and report beside it', ([uri, stem]) => {
  expect(namesOf({ uri })).toEqual({
    result: uri,
    errors: `${stem}.errors.csv`,
    manifest: `${stem}.manifest.json`,
    report: `${stem}.report.html`,
  })
})

test.for([
  [{}, 'result.csv'],
  [{ format: 'jsonl', compression: 'gzip' }, 'result.jsonl.gz'],
  [{ format: 'parquet', compression: 'zstd' }, 'result.parquet'],
  [{ compression: 'zstd' }, 'result.csv.zst'],
  [{ files: 'per_object' }, ''],
] as const)('a folder gets files with fixed names, for %j', ([output, result]) => {
  expect(namesOf({ uri: 's3://out/churn/', ...output })).toEqual({
    result: `s3://out/churn/${result}`,
    errors: 's3://out/churn/errors.csv',
    manifest: 's3://out/churn/manifest.json',
    report: 's3://out/churn/report.html',
  })
})

test.for([
  ['csv', 'auto', 'none'],
  ['jsonl', 'gzip', 'gzip'],
  ['parquet', 'gzip', 'none'],
] as const)('a %s file of compression %s is compressed as a whole by %s', (row) => {
  const [format, compression, kind] = row
  const output = outputSchema.parse({ uri: 's3://out/r/', format, compression })
  expect(fileCompression(output)).toBe(kind)
})
