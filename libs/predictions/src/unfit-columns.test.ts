import { jobSpecSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { unfitColumns } from './unfit-columns.ts'

const table = { columns: ['id', 'Prediction', 'id'], width: 3 }

const told = (output: object, dataset: object = {}, rows = '7,x\n', of = table) =>
  unfitColumns(
    jobSpecSchema.parse({
      version: 1,
      dataset: { uri: 's3://tables/data.csv', ...dataset },
      endpoint: { name: 'churn' },
      output: { uri: 's3://results/scores', ...output },
    }),
    of,
    { rows: Buffer.from(rows, 'latin1'), predictions: Buffer.from('0.5\n') },
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

const lines = { format: 'jsonl' }

test.for<[string, object, string, RegExp]>([
  [
    'a member of a name that is added',
    { join: 'all' },
    '{"a":1}\n{"Prediction":1}\n',
    /"Prediction"/,
  ],
  ['a member within another', { join: 'all' }, '{"a":{"Prediction":1}}\n', /^nothing$/],
  [
    'such a text, and no object',
    { join: 'all' },
    '["Prediction"]\n"Prediction"\nnull\n{"',
    /^nothing$/,
  ],
  ['such a member that is not joined', {}, '{"Prediction":1}\n', /^nothing$/],
])('rows of JSON lines with %s', ([, output, rows, sentence]) => {
  const problem = told({ ...output, format: 'jsonl' }, lines, rows)
  expect(problem ?? 'nothing').toMatch(sentence)
})

const latin = { columns: ['id', 'pr\uFFFDd'], width: 2 }
const plain = { columns: ['id', 'name'], width: 2 }

test.for<[string, object, string, typeof latin, RegExp]>([
  ['a name', { join: 'all', format: 'jsonl' }, '7,x\n', latin, /not UTF-8.*jsonl.*iconv/],
  ['a field', { join: 'all', format: 'parquet' }, '7,\xe4\n', plain, /not UTF-8.*parquet/],
  ['a name that is not joined', { join: [0], format: 'jsonl' }, '7,x\n', latin, /^nothing$/],
  ['a field, joined in a CSV', { join: 'all', format: 'csv' }, '7,\xe4\n', latin, /^nothing$/],
  ['nothing', { join: 'all', format: 'jsonl' }, '7,\xc3\xa4\n', plain, /^nothing$/],
])('of a table in which %s is not UTF-8', ([, output, rows, of, sentence]) => {
  const problem = told(output, {}, rows, of)
  expect(problem ?? 'nothing').toMatch(sentence)
})
