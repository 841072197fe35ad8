import { type JobSpecInput, jobSpecSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { unfitFirstRows } from './unfit-first-rows.ts'

const OBJECT_BYTES_MAX = 1e6

/** What is told of two rows of ten bytes, in an object of so many. */
function told(spec: Partial<JobSpecInput>, bytes = 20, lines: readonly string[] = ['0.5', '0.25']) {
  const parsed = jobSpecSchema.parse({
    version: 1,
    dataset: { uri: 's3://tables/data.csv' },
    endpoint: { name: 'churn' },
    output: { uri: 's3://results/scores' },
    ...spec,
  })
  const table = { columns: ['id', 'Prediction'], width: 2, objects: [{ bytes }] }
  const sent = { body: Buffer.from('1\n2\n'), inputRowBytes: 10, joinedRowBytes: 10 }
  const predictions = Buffer.from(lines.join('\n'))
  const answer = { predictions, rowsAnswered: 2, bytesPerRow: 2 }
  return unfitFirstRows(parsed, table, sent, answer, OBJECT_BYTES_MAX)
}

const output = { uri: 's3://results/scores', join: 'all' } as const

test('first rows that a result can be made of fit', () => {
  expect(told({ output })).toBeUndefined()
})

test.for<[string, Parameters<typeof told>, string]>([
  ['its predictions', [{}, 20, ['a', 'b']], 'where decision.kind binary wants'],
  ['its columns', [{ output: { ...output, format: 'jsonl' } }], 'named "Prediction"'],
  ['its batches', [{}, 20, ['0.'.padEnd(100_000, '1'), '0.5']], 'set batching.rows to'],
  ['its result', [{ output }, 1e7], 'one file of S3'],
])('a job is told what is wrong with %s', ([, rows, words]) => {
  expect(told(...rows)).toContain(words)
})
