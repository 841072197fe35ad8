import { jobIdOf } from '@millrace/job'
import { expect, test } from 'vitest'
import { jobWith } from '../test-data.fixture.ts'
import { newRetryRequest, retryRequest } from './retry-request.ts'

const base = jobWith({ jobId: jobIdOf('base'), state: 'succeeded_with_failures' })

test('what is not typed is as in the job that is retried', () => {
  const { spec, retryOf } = retryRequest(base, {})
  expect(spec).toEqual(base.spec)
  expect(retryOf).toEqual({ jobId: base.jobId })
})

test('the deadline of the job was for the job: a retry has one where it is typed', () => {
  const job = { ...base, spec: { ...base.spec, deadline: '4h' } }
  expect(retryRequest(job, {}).spec).not.toHaveProperty('deadline')
  expect(retryRequest(job, {}).clientToken).toBe(retryRequest(base, {}).clientToken)
  const soon = retryRequest(job, { deadline: '1h' })
  expect(soon.spec.deadline).toBe('1h')
  expect(soon.clientToken).toBe(retryRequest(job, {}).clientToken)
  expect(() => newRetryRequest(job, { deadline: '2026-01-01T00:00Z' })).toThrow('has passed')
})

test('endpoint, output and tolerance may be others, and nothing else', () => {
  const { spec } = retryRequest(base, { endpoint: 'churn-v4', out: 's3://results/mended.jsonl.gz' })
  expect(spec.endpoint).toEqual({ ...base.spec.endpoint, name: 'churn-v4' })
  expect(spec.output).toEqual({
    ...base.spec.output,
    uri: 's3://results/mended.jsonl.gz',
    format: 'jsonl',
    compression: 'gzip',
  })
  expect([spec.dataset, spec.batching]).toEqual([base.spec.dataset, base.spec.batching])
})

test.for([
  [{}, 'blue'],
  [{ inferenceComponent: 'green' }, 'green'],
  [{ endpoint: 'churn-v3' }, 'blue'],
  [{ endpoint: 'churn-v4' }, undefined],
  [{ endpoint: 'churn-v4', inferenceComponent: 'green' }, 'green'],
  [{ localModel: 'model.json' }, undefined],
] as const)('of an inference component blue, %j typed makes %s', ([typed, component]) => {
  const spec = { ...base.spec, endpoint: { ...base.spec.endpoint, inferenceComponent: 'blue' } }
  const { endpoint } = retryRequest({ ...base, spec }, typed).spec
  expect(endpoint.inferenceComponent).toBe(component)
})

test.for([
  [{ failedRowsMax: 9 }, { failedRowsMax: 9, failedRowsPercentMax: 1 }],
  [{ failedRowsMax: 'none' }, { failedRowsPercentMax: 1 }],
  [{ failedRowsMax: 'none', failedRowsPercentMax: 'none' }, {}],
  [{}, { failedRowsMax: 5, failedRowsPercentMax: 1 }],
] as const)('of tolerance, %j typed over that of the job makes %j', ([typed, tolerance]) => {
  const spec = { ...base.spec, tolerance: { failedRowsMax: 5, failedRowsPercentMax: 1 } }
  expect(retryRequest({ ...base, spec }, typed).spec.tolerance).toEqual(tolerance)
})

test('a model on this machine is the endpoint called local', () => {
  expect(retryRequest(base, { localModel: 'model.json' }).spec.endpoint.name).toBe('local')
})

test('the same retry has the same token, whatever the order of its reasons', () => {
  const tokenOf = (...reason: string[]) => retryRequest(base, { reason }).clientToken
  expect(tokenOf('a', 'b')).toBe(tokenOf('b', 'a', 'b'))
  expect(tokenOf('a').length).toBeLessThan(256)
})

test.for<[string, object]>([
  ['another reason', { reason: ['b'] }],
  ['no reason', {}],
  ['another endpoint', { reason: ['a'], endpoint: 'churn-v4' }],
  ['another inference component', { reason: ['a'], inferenceComponent: 'green' }],
  ['another tolerance', { reason: ['a'], failedRowsMax: 9 }],
  ['another output', { reason: ['a'], out: '/data/other.csv' }],
])('%s makes another retry', ([, wanted]) => {
  const usual = retryRequest(base, { reason: ['a'] })
  expect(retryRequest(base, wanted).clientToken).not.toBe(usual.clientToken)
  const ofAnother = retryRequest({ ...base, jobId: jobIdOf('other') }, { reason: ['a'] })
  expect(ofAnother.clientToken).not.toBe(usual.clientToken)
})

test.for([
  ['below its dataset', 's3://data/rows/', 's3://data/rows/scored.csv', 'would lie below'],
  ['over its dataset', 's3://data/rows.csv', 's3://data/rows.csv', 'would be written over'],
] as const)('a new retry whose result lies %s is refused', ([, dataset, uri, reason]) => {
  const { spec } = base
  const places = { dataset: { ...spec.dataset, uri: dataset }, output: { ...spec.output, uri } }
  const older = { ...base, spec: { ...spec, ...places } }
  expect(() => newRetryRequest(older, {})).toThrow(
    expect.objectContaining({
      message: expect.stringContaining(reason),
      hint: expect.stringContaining('-o '),
      exitCode: 2,
    }),
  )
  const elsewhere = { out: 's3://results/scored.csv' }
  expect(newRetryRequest(older, elsewhere)).toEqual(retryRequest(older, elsewhere))
})

test('standard output is no place for a result that is merged', () => {
  expect(() => retryRequest(base, { out: '-' })).toThrow('a retry writes a file')
})
