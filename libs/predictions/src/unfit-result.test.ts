import { type JobSpecInput, jobSpecSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { unfitResult } from './unfit-result.ts'

type Output = Partial<JobSpecInput['output']>

/** Two objects of 400 GB, a hundred bytes a row: eight billion rows. */
function told(output: Output, joinedRowBytes = 0, predictionBytes = 20) {
  const spec = jobSpecSchema.parse({
    version: 1,
    dataset: { uri: 's3://tables/' },
    endpoint: { name: 'churn' },
    output: { uri: 's3://results/scores/', ...output },
  })
  const objects = [{ bytes: 400e9 }, { bytes: 400e9 }]
  return unfitResult(
    spec.output,
    { objects },
    { inputRowBytes: 100, joinedRowBytes, predictionBytes },
    614.5e9,
  )
}

test.for<[string, Output, number, number]>([
  ['predictions alone', {}, 0, 20],
  ['a column or two', { join: ['id'] }, 10, 20],
  ['a file for each object', { join: 'all', files: 'per_object' }, 100, 20],
  ['what is compressed', { join: 'all', compression: 'zstd' }, 100, 20],
  ['Parquet', { join: 'all', format: 'parquet' }, 100, 20],
  ['a file of this machine', { join: 'all', uri: 'file:///tmp/scores/' }, 100, 20],
])('%s can be written', ([, output, joinedRowBytes, predictionBytes]) => {
  expect(told(output, joinedRowBytes, predictionBytes)).toBeUndefined()
})

test('the whole table joined is too much for one file, and told what would fit', () => {
  expect(told({ join: 'all' }, 100)).toBe(
    'The result would have about 960 GB, where one file of S3 has 614 GB at most: write one file for each object of the dataset (output.files: per_object), join fewer columns, or compress it (output.compression).',
  )
})

test('predictions of many classes are too much even for one object', () => {
  expect(told({ files: 'per_object' }, 0, 200)).toBe(
    'The result of the largest object would have about 800 GB, where one file of S3 has 614 GB at most: divide that object, or compress it (output.compression).',
  )
})
