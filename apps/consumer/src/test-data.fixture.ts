import { type Batch, type Job, type JobSpecInput, jobIdOf, jobSpecSchema } from '@millrace/job'
import type { OpenJob } from './job/open-job.ts'

/** Small jobs for the tests of this app: an object of three columns. */
export const jobId = jobIdOf('token')

export function openJobWith(spec: Partial<JobSpecInput> = {}, facts: Partial<Job> = {}): OpenJob {
  const job: Job = {
    jobId,
    clientToken: 'token',
    spec: jobSpecSchema.parse({
      version: 1,
      dataset: { uri: 's3://data/rows.csv' },
      endpoint: { name: 'churn-v3' },
      output: { uri: 's3://results/scores.csv' },
      ...spec,
    }),
    state: 'running',
    partitions: 1,
    createdAt: 1_000,
    ...facts,
  }
  const objects = [{ uri: 's3://data/rows.csv', bytes: 1_000, version: 'v1' }]
  const dataset = { objects, header: true, columns: ['id', 'age', 'income'], width: 3 }
  return { job, dataset, concurrencyMax: Number.POSITIVE_INFINITY }
}

/** Batch 2 of a plan: three rows from row 6 on. */
export const batch: Batch = {
  batch: 2,
  rows: { start: 6, end: 9 },
  bytes: { start: 100, end: 118 },
  object: 0,
}

export const never = new AbortController().signal
