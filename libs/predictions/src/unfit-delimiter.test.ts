import { jobSpecSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { unfitDelimiter } from './unfit-delimiter.ts'

const datasetWith = (csv: object) =>
  jobSpecSchema.parse({
    version: 1,
    dataset: { uri: 's3://tables/t.csv', csv },
    endpoint: { name: 'churn' },
    output: { uri: 's3://results/out.csv' },
  }).dataset

test.for<[string, string]>([
  [';', '1;2,5;3\n4;5;6\n'],
  ['\t', '1\t2\n3\t4\n'],
  ['|', '"1"|-2e3\n3|.5\n4|x\n'],
  [';', '"1";"2"\n"3";"4"\n'],
])('a table of one column whose rows are numbers by %j is refused', ([delimiter, rows]) => {
  expect(unfitDelimiter(datasetWith({}), { width: 1 }, Buffer.from(rows))).toBe(
    `The table has one column, and its rows are numbers that are parted by ${JSON.stringify(delimiter)}: set dataset.csv.delimiter.`,
  )
})

test.for<[string, string, number, object]>([
  ['of texts', 'late; again\nnever|seen\n', 1, {}],
  ['of numbers', '1\n2\n', 1, {}],
  ['of lists of numbers of several lengths', '12|55|9\n7|8\n3|4|5\n', 1, {}],
  ['of lists of two numbers and of one', '12|55\n7\n3|4\n', 1, {}],
  ['of lists in quotes', '"1;2;3"\n"4;5;6"\n', 1, {}],
  ['of several columns', '1;2,3\n4;5,6\n', 2, {}],
  ['whose delimiter is said', '1;2\n3;4\n', 1, { delimiter: ';' }],
])('a table %s is taken', ([, rows, width, csv]) => {
  expect(unfitDelimiter(datasetWith(csv), { width }, Buffer.from(rows))).toBeUndefined()
})
