import { expect, test } from 'vitest'
import { jobSpecSchema } from './job-spec.ts'
import {
  manifestSpecSchema,
  readRecorded,
  recordedExportSchema,
  recordedSpecSchema,
} from './recorded-spec.ts'

const least = {
  version: 1,
  dataset: { uri: 's3://lake/rows.csv' },
  endpoint: { name: 'churn-v3' },
  output: { uri: 's3://lake/scores.csv' },
}
const spec = jobSpecSchema.parse(least)

/** What no door would take, though one may have taken it once. */
const outgrown = {
  ...spec,
  dataset: { ...spec.dataset, uri: 'hdfs://lake/rows.csv', features: { include: [] } },
  endpoint: { ...spec.endpoint, variant: 'my_variant', response: 'column 3' },
  batching: { rows: 1_000_000, payloadBytesMax: 1 },
  decision: { ...spec.decision, labels: ['a', 'a', 'b'] },
  tolerance: { failedRowsPercentMax: 200 },
}

const read = (value: object) => readRecorded('job', recordedSpecSchema, value)

test('what the door takes today is read as the door has it', () => {
  expect(read(least)).toEqual(spec)
  expect(read(spec)).toEqual(spec)
})

test('what a door took once, and takes no longer, is read as it is', () => {
  expect(jobSpecSchema.safeParse(outgrown).success).toBe(false)
  expect(read(outgrown)).toEqual(outgrown)
  const { decision, output } = { ...outgrown, output: { ...spec.output, join: [] } }
  const recorded = { version: 1, decision, output } as const
  expect(readRecorded('export', recordedExportSchema, recorded)).toEqual(recorded)
})

test.for<[string, object, string]>([
  ['another version', { version: 2 }, 'job: version: wanted 1, got 2'],
  ['an option', { dataset: { ...spec.dataset, rows: 5 } }, 'job: dataset: has no key "rows"'],
  [
    'a value',
    { decision: { ...spec.decision, kind: 'rank' } },
    'job: decision.kind: wanted binary, multiclass or none, got "rank"',
  ],
  [
    'a form of one',
    { output: { ...spec.output, join: 'keys' } },
    'job: output.join: wanted none, all or a list, got "keys"',
  ],
])('%s that is not known is of a newer version', ([, change, message]) => {
  expect(() => read({ ...spec, ...change })).toThrow(
    expect.objectContaining({ code: 'unknown_version', message }),
  )
})

test('what is of another type is of no version', () => {
  const message = 'job: batching.rows: wanted a number, got "5"'
  expect(() => read({ ...spec, batching: { rows: '5' } })).toThrow(
    expect.objectContaining({ code: 'invalid', message }),
  )
})

test('of a manifest, what is not known is left out', () => {
  const newer = { ...outgrown, priority: 1, endpoint: { ...outgrown.endpoint, region: 'there' } }
  expect(readRecorded('manifest', manifestSpecSchema, newer)).toEqual(outgrown)
})
