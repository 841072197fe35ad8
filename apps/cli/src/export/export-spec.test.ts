import { exportIdOf, type Job, type JobSpecInput, jobIdOf, jobSpecSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import type { PartialSpec } from '../spec/spec-options.ts'
import { exportSpec } from './export-spec.ts'

const exportId = exportIdOf('token')
const short = exportId.slice(0, 10)

function jobWith(spec: Partial<JobSpecInput> = {}, state: Job['state'] = 'succeeded'): Job {
  return {
    jobId: jobIdOf('token'),
    clientToken: 'token',
    spec: jobSpecSchema.parse({
      version: 1,
      dataset: { uri: 's3://data/rows.csv' },
      endpoint: { name: 'churn-v3' },
      decision: { threshold: 0.5, labels: ['stays', 'leaves'] },
      output: { uri: 's3://results/scores.csv', join: ['id'], names: { prediction: 'score' } },
      ...spec,
    }),
    state,
    partitions: 1,
    createdAt: 1_000,
  }
}
const wanted = (typed: PartialSpec, out?: string, job = jobWith()) =>
  exportSpec(job, exportId, typed, out)

test('what is not typed is as in the job', () => {
  const { decision, output } = wanted({ decision: { threshold: 0.3 } })
  expect(decision).toMatchObject({ threshold: 0.3, labels: ['stays', 'leaves'] })
  expect(output).toMatchObject({
    uri: `s3://results/scores.${short}.csv`,
    format: 'csv',
    join: ['id'],
    names: { prediction: 'score' },
  })
})

test('a decision of another kind begins anew', () => {
  const { decision } = wanted({ decision: { kind: 'multiclass' } })
  expect(decision).toEqual({ kind: 'multiclass', threshold: 0.5, probabilities: 'each' })
})

test.for<[PartialSpec, string | undefined, string, string]>([
  [{ output: { format: 'parquet' } }, undefined, `scores.${short}.parquet`, 'parquet'],
  [
    { output: { format: 'jsonl', compression: 'gzip' } },
    undefined,
    `scores.${short}.jsonl.gz`,
    'jsonl',
  ],
  [{}, 's3://results/x.jsonl', 'x.jsonl', 'jsonl'],
  [{}, 's3://results/x', 'x', 'csv'],
  [{ output: { format: 'csv' } }, 's3://results/x.parquet', 'x.parquet', 'csv'],
])('with %j to %s, the result is %s', ([typed, out, name, format]) => {
  expect(wanted(typed, out).output).toMatchObject({ uri: `s3://results/${name}`, format })
})

test('a job with a folder has a folder below it for each export', () => {
  const job = jobWith({ output: { uri: 's3://results/churn/' } })
  expect(wanted({}, undefined, job).output.uri).toBe(`s3://results/churn/${short}/`)
})

test('of a job with a result for each object, a file that is named is one of all rows', () => {
  const job = jobWith({ output: { uri: 's3://results/churn/', files: 'per_object' } })
  expect(wanted({}, 's3://other/all.parquet', job).output).toMatchObject({
    ...{ uri: 's3://other/all.parquet', files: 'one', format: 'parquet' },
  })
  for (const out of [undefined, 's3://other/churn/']) {
    expect(wanted({}, out, job).output).toMatchObject({ files: 'per_object' })
  }
})

test.for([
  ['the result', 's3://results/scores.csv', ''],
  [
    "the result's manifest",
    's3://results/scores.parquet',
    'its manifest would be written to s3://results/scores.manifest.json, and ',
  ],
  ['the input', 's3://data/rows.csv', ''],
])('an export that would write over %s is refused', ([, out, which]) => {
  expect(() => wanted({}, out)).toThrow(`${out}: ${which}the job's own files lie there`)
})

test('what makes no sense is refused before it is asked for', () => {
  const decision = { labels: ['a', 'b', 'c'] }
  expect(() => wanted({ decision })).toThrow('decision.labels: a binary decision has 2, got 3')
})

test('a threshold has no effect on predictions that nothing is decided on', () => {
  const none = jobWith({ decision: { kind: 'none' } })
  const typed = { decision: { threshold: 0.3 } }
  expect(() => wanted(typed, undefined, none)).toThrow('--threshold: has no effect')
  const decided = { decision: { kind: 'binary', threshold: 0.3 } } as const
  expect(wanted(decided, undefined, none).decision).toMatchObject({ threshold: 0.3 })
})
