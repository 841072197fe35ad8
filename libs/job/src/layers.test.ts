import { expect, test } from 'vitest'
import type { Job } from './job.ts'
import { jobIdOf } from './job-id.ts'
import { jobSpecSchema } from './job-spec.ts'
import { isWanted, layersOf, requestOf } from './layers.ts'

const [first, second, third] = [jobIdOf('1'), jobIdOf('2'), jobIdOf('3')]
const job: Job = {
  jobId: third,
  clientToken: '3',
  spec: jobSpecSchema.parse({
    version: 1,
    dataset: { uri: 's3://bucket/rows.csv' },
    endpoint: { name: 'churn-v3' },
    output: { uri: 's3://results/churn/' },
  }),
  state: 'running',
  partitions: 1,
  createdAt: 1_000,
}
const retry: Job = {
  ...job,
  retryOf: { jobId: second, layers: [second, first], reasons: ['throttled'] },
}

test('a job has its own layer, and a retry those that it stands on', () => {
  expect(layersOf(job)).toEqual([third])
  expect(layersOf(retry)).toEqual([third, second, first])
})

test('a retry wants the failures of its reasons, or all of them', () => {
  expect(['throttled', 'odd'].filter((code) => isWanted(retry.retryOf!, code))).toEqual([
    'throttled',
  ])
  expect(isWanted({}, 'odd')).toBe(true)
})

test('a job is asked for again as it was asked for first', () => {
  const { spec } = job
  expect(requestOf(job)).toEqual({ clientToken: '3', spec })
  const retryOf = { jobId: second, reasons: ['throttled'] }
  expect(requestOf(retry)).toEqual({ clientToken: '3', spec, retryOf })
})
