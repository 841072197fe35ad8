import { expect, test } from 'vitest'
import { resultNames } from './result-names.ts'

test.for([
  ['s3://out/scores.csv', 's3://out/scores.errors.csv', 's3://out/scores.manifest.json'],
  ['s3://out/scores.TXT', 's3://out/scores.errors.csv', 's3://out/scores.manifest.json'],
  ['s3://out/scores', 's3://out/scores.errors.csv', 's3://out/scores.manifest.json'],
  ['file:///a.csv/b', 'file:///a.csv/b.errors.csv', 'file:///a.csv/b.manifest.json'],
])('the file %s has its errors and its manifest beside it', ([uri, errors, manifest]) => {
  expect(resultNames(uri!)).toEqual({ result: uri, errors, manifest })
})

test('a folder gets files with fixed names', () => {
  expect(resultNames('s3://out/churn/')).toEqual({
    result: 's3://out/churn/result.csv',
    errors: 's3://out/churn/errors.csv',
    manifest: 's3://out/churn/manifest.json',
  })
})
