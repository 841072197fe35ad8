import { type Job, jobIdOf, jobSpecSchema } from '@millrace/job'
import { createJob, type Ledger } from '../index.ts'

/** Jobs for the tests of the ledger, each of a client token of its own within a test file. */

let count = 0
export const now = 1_780_000_000

export function newJob(facts: Partial<Job> = {}): Job {
  count += 1
  const clientToken = `token-${count}`
  return {
    jobId: jobIdOf(clientToken),
    clientToken,
    spec: jobSpecSchema.parse({
      version: 1,
      dataset: { uri: 's3://bucket/flights.csv' },
      endpoint: { name: 'flights' },
      output: { uri: 's3://bucket/result/' },
    }),
    state: 'planning',
    partitions: 4,
    createdAt: now,
    ...facts,
  }
}

/** A job that has ended, with an option of the spec that this version does not know. */
export async function newerJob(ledger: Ledger, facts: Partial<Job> = {}): Promise<Job> {
  const { spec } = newJob()
  const job = newJob({
    spec: { ...spec, endpoint: Object.assign({ region: 'there' }, spec.endpoint) },
    state: 'failed',
    ...facts,
  })
  await createJob(ledger, job, new AbortController().signal)
  return job
}
