import {
  type Documents,
  type Job,
  type JobSpecInput,
  jobIdOf,
  jobSpecSchema,
  type PinnedObject,
} from '@millrace/job'
import type { DoneBatches } from '@millrace/ledger'

/** Small jobs and a storage in memory, for the tests of this app. */
export const jobId = jobIdOf('token')

export function jobWith(spec: Partial<JobSpecInput> = {}, facts: Partial<Job> = {}): Job {
  return {
    jobId,
    clientToken: 'token',
    spec: jobSpecSchema.parse({
      version: 1,
      dataset: { uri: 's3://data/rows/' },
      endpoint: { name: 'churn-v3' },
      output: { uri: 's3://results/scores.csv' },
      ...spec,
    }),
    state: 'planning',
    partitions: 1,
    createdAt: 1_000,
    ...facts,
  }
}

/** Documents in memory; `log` says what was written, in order. */
export function createDocuments() {
  const written = new Map<string, Buffer>()
  const log: string[] = []
  const documents: Documents = {
    read: async (name) => written.get(name),
    write: async (name, bytes) => {
      written.set(name, Buffer.from(bytes))
      log.push(`write ${name}`)
    },
  }
  return { documents, written, log }
}

/** Objects with these texts, pinned. */
export function objectsOf(...texts: readonly string[]): PinnedObject[] {
  return texts.map((text, index) => ({
    uri: `s3://data/rows/${index}.csv`,
    bytes: Buffer.byteLength(text),
    version: `v${index}`,
  }))
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}

export const never = new AbortController().signal

/** Batches that are done, as the ledger tells of them. */
export function doneBatches(batches: readonly number[]): DoneBatches {
  const done = new Set(batches)
  const firstMissing = (): number => {
    let batch = 0
    while (done.has(batch)) batch += 1
    return batch
  }
  return { size: done.size, has: (batch) => done.has(batch), firstMissing }
}
