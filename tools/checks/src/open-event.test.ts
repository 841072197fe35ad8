import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AnySchemaObject } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'

const contracts = join(import.meta.dirname, '../../../contracts')
const read = (file: string): AnySchemaObject =>
  JSON.parse(readFileSync(join(contracts, file), 'utf8')) as AnySchemaObject

const event = {
  version: 1,
  id: 'j-0123456789abcdef:ended',
  jobId: 'j-0123456789abcdef',
  clientToken: 'one',
  state: 'failed',
  endpoint: 'churn',
  dataset: 's3://data/rows.csv',
  result: 's3://results/rows.csv',
  rows: { total: 10 },
  failure: { code: 'dataset_changed', message: 'the dataset changed' },
  createdAt: 1_000,
}

test('a subscriber that validates takes an event with fields that came later', () => {
  const validate = new Ajv2020({ validateFormats: false }).compile(read('job-event.schema.json'))
  const errorsOf = (value: object) => (validate(value) ? [] : validate.errors)
  expect(errorsOf(event)).toEqual([])
  expect(errorsOf({ ...event, createdAt: 'today' })).toHaveLength(1)
  const { rows, failure } = event
  expect(errorsOf({ ...event, cost: 1 })).toEqual([])
  expect(errorsOf({ ...event, rows: { ...rows, retried: 1 } })).toEqual([])
  expect(errorsOf({ ...event, failure: { ...failure, hint: 'upload it again' } })).toEqual([])
})

test('what we receive is closed: a field that we do not know is refused', () => {
  // Events and manifests are what we tell.
  const told = ['job-event.schema.json', 'manifest.schema.json']
  const received = globSync('*.schema.json', { cwd: contracts }).filter(
    (file) => !told.includes(file),
  )
  expect(received.length).toBeGreaterThanOrEqual(4)
  const open = received.filter((file) => read(file)['additionalProperties'] !== false)
  expect(open).toEqual([])
})
