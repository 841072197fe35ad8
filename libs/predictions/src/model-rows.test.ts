import { type JobSpecInput, jobSpecSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { modelRows } from './model-rows.ts'

const specWith = (spec: Partial<JobSpecInput>) =>
  jobSpecSchema.parse({
    version: 1,
    dataset: { uri: 's3://tables/data.csv' },
    endpoint: { name: 'churn' },
    output: { uri: 's3://results/scores' },
    ...spec,
  })

const table = { columns: ['id', 'a', 'b'], width: 3 }

test('rows of another width are left out, and of the others the features sent', () => {
  const spec = specWith({
    dataset: { uri: 's3://tables/data.csv', features: { exclude: ['id'] } },
    output: { uri: 's3://results/scores', join: ['id'] },
  })
  const found = modelRows(Buffer.from('10,1,2\n20\n30,3,4\n40,5,6\n'), 4, spec, table)!
  expect(Buffer.from(found.body).toString()).toBe('1,2\n3,4\n5,6\n')
  expect(found).toMatchObject({ rows: 3, left: [1], inputRowBytes: 6, joinedRowBytes: 3 })
  expect([...found.rowOffsets()]).toEqual([0, 4, 8, 12])
})

test.for<[string, Partial<JobSpecInput>, string]>([
  ['the width of the table', {}, '1\n2\n'],
  ['JSON', { dataset: { uri: 's3://tables/', format: 'jsonl' } }, 'a\nb\n'],
])('where no row has %s there is none to send', ([, spec, rows]) => {
  expect(modelRows(Buffer.from(rows), 2, specWith(spec), table)).toBeUndefined()
})
