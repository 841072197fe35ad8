import { jobSpecSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { unfitBatching } from './unfit-batching.ts'

/** What is told of a job whose first two rows have predictions of so many bytes, line ends included. */
function told(rows: number, predictionBytes: number, bytesPerRow = 100) {
  const spec = jobSpecSchema.parse({
    version: 1,
    dataset: { uri: 's3://tables/data.csv' },
    endpoint: { name: 'species' },
    batching: { rows },
    output: { uri: 's3://results/scores' },
  })
  const line = '0'.repeat(predictionBytes - 1)
  const predictions = Buffer.from(`${line}\n${line}`)
  return unfitBatching(spec, { predictions, rowsAnswered: 2, bytesPerRow })
}

test.for<[string, number, number, number]>([
  ['one number a row', 100_000, 20, 100],
  ['a thousand classes', 800, 20_000, 100],
  ['one row of any width', 1, 20_000_000, 100],
  ['many rows of which a payload takes few', 100_000, 200_000, 1024 ** 2],
])('%s, a batch has room', ([, rows, predictionBytes, bytesPerRow]) => {
  expect(told(rows, predictionBytes, bytesPerRow)).toBeUndefined()
})

test('ten thousand classes of a thousand rows are too much, and are told what to set', () => {
  expect(told(1_000, 200_000)).toBe(
    'species answers 200000 bytes to a row, 191 MiB to a batch of 1000 rows, where at most 16 MiB are wanted: set batching.rows to 83.',
  )
  expect(told(83, 200_000)).toBeUndefined()
})
