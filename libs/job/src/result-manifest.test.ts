import { expect, test } from 'vitest'
import { jobSpecSchema } from './job-spec.ts'
import { resultManifestSchema } from './result-manifest.ts'

const spec = jobSpecSchema.parse({
  version: 1,
  dataset: { uri: 's3://data/rows.csv' },
  endpoint: { name: 'churn-v3' },
  output: { uri: 's3://results/scores.csv' },
})
const manifest = {
  ...{ version: 1, millrace: '0.1.0', jobId: 'j-4f2a', state: 'succeeded' },
  rows: { total: 2, predicted: 2, failed: 0, failedByCode: {} },
  ...{ batches: 1, attempts: 1, invocations: 1, throttles: 0, invocationMs: 40.5 },
  bytes: { input: 8, predictions: 7, output: 40 },
  ...{ endpoint: spec.endpoint, variants: { blue: 1 }, variantChanged: false },
  dataset: {
    objects: [{ uri: 's3://data/rows.csv', bytes: 8, version: 'v1' }],
    ...{ header: false, width: 2, digest: 'ab', sha256OfBatches: 'cd' },
  },
  spec,
  outputs: [{ uri: 's3://results/scores.csv', bytes: 40, sha256: 'ef' }],
  times: { created: 1_000 },
}

test('a manifest is read, with its spec as it stands there', () => {
  expect(resultManifestSchema.parse(manifest)).toEqual(manifest)
})

test.for<[string, object]>([
  ['a member', { signed: true }],
  ['a count', { rows: { ...manifest.rows, skipped: 0 } }],
  ['a fact of an object', { dataset: { ...manifest.dataset, encoding: 'utf-8' } }],
  ['a setting', { spec: { ...spec, priority: 1 } }],
])('%s that a later version has added is no fault', ([, added]) => {
  expect(resultManifestSchema.safeParse({ ...manifest, ...added }).success).toBe(true)
})

test.for<[string, object]>([
  ['of another version', { version: 2 }],
  ['of a job that failed', { state: 'failed' }],
  ['with no count of rows', { rows: {} }],
  ['with a file and no hash', { outputs: [{ uri: 's3://results/scores.csv', bytes: 40 }] }],
])('a manifest %s is refused', ([, change]) => {
  expect(resultManifestSchema.safeParse({ ...manifest, ...change }).success).toBe(false)
})
