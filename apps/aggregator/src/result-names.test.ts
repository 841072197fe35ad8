import { outputSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { fileCompression, objectResultNames, resultNames } from './result-names.ts'

const namesOf = (output: object) => resultNames(outputSchema.parse(output))

test.for([
  ['s3://out/scores.csv', 's3://out/scores.errors.csv', 's3://out/scores.manifest.json'],
  ['s3://out/scores.TXT', 's3://out/scores.errors.csv', 's3://out/scores.manifest.json'],
  ['s3://out/scores.csv.gz', 's3://out/scores.errors.csv', 's3://out/scores.manifest.json'],
  ['s3://out/scores.jsonl.zst', 's3://out/scores.errors.csv', 's3://out/scores.manifest.json'],
  ['s3://out/v1.2.parquet', 's3://out/v1.2.errors.csv', 's3://out/v1.2.manifest.json'],
  ['s3://out/scores', 's3://out/scores.errors.csv', 's3://out/scores.manifest.json'],
  ['file:///a.csv/b', 'file:///a.csv/b.errors.csv', 'file:///a.csv/b.manifest.json'],
])('the file %s has its errors and its manifest beside it', ([uri, errors, manifest]) => {
  expect(namesOf({ uri })).toEqual({ result: uri, errors, manifest })
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

const objectNames = (uris: readonly string[], output = {}) =>
  objectResultNames(outputSchema.parse({ uri: 's3://out/r/', files: 'per_object', ...output }), {
    objects: uris.map((uri) => ({ uri, bytes: 1, version: 'v' })),
    header: false,
    width: 1,
  })

test('each object has its name and .out below the folder that all lie in', () => {
  expect(objectNames(['s3://in/p/a.csv', 's3://in/p/b/c.csv'])).toEqual([
    's3://out/r/a.csv.out',
    's3://out/r/b/c.csv.out',
  ])
  expect(objectNames(['s3://in/p/a.csv'], { compression: 'gzip' })).toEqual([
    's3://out/r/a.csv.out.gz',
  ])
  expect(objectNames(['s3://in/pa/x', 's3://in/pb/x'])).toEqual([
    's3://out/r/pa/x.out',
    's3://out/r/pb/x.out',
  ])
  expect(objectNames(['file:///d/a%20b.csv'])).toEqual(['s3://out/r/a b.csv.out'])
})

test('a name that would lead out of the folder is refused', () => {
  expect(() => objectNames(['s3://in/p/a', 's3://in/p/../../x'])).toThrow('would lead out of it')
})
