import { jobSpecSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { unfitColumns } from './unfit-columns.ts'

const table = { columns: ['id', 'Prediction', 'id'], width: 3 }

const told = (output: object, dataset: object = {}, predictions = '0.5\n') =>
  unfitColumns(
    jobSpecSchema.parse({
      version: 1,
      dataset: { uri: 's3://tables/data.csv', ...dataset },
      endpoint: { name: 'churn' },
      output: { uri: 's3://results/scores', ...output },
    }),
    table,
    Buffer.from(predictions),
  )

test.for<[string, object, object]>([
  ['in a CSV', { join: 'all', format: 'csv' }, {}],
  ['with columns of other names', { join: [0], format: 'parquet' }, {}],
  ['with no column', { format: 'jsonl' }, {}],
  ['in rows of JSON', { join: 'all', format: 'jsonl' }, { format: 'jsonl' }],
  ['under a name of one’s own', { join: [1], format: 'jsonl', names: { prediction: 'p' } }, {}],
])('%s, names do not clash', ([, output, dataset]) => {
  expect(told(output, dataset)).toBeUndefined()
})

test.for<[string, object, RegExp]>([
  ['a column like the prediction', { join: [1], format: 'parquet' }, /"Prediction".*output.names/],
  ['two columns of the input', { join: 'all', format: 'jsonl' }, /named "id"/],
])('%s clashes', ([, output, sentence]) => {
  expect(told(output)).toMatch(sentence)
})
