import { type Batch, type Job, type JobSpecInput, jobIdOf, jobSpecSchema } from '@millrace/job'
import { type PredictionLines, readLines } from '@millrace/predictions'
import type { RecordedPart } from './write-result.ts'

/** Small jobs for the tests of this app: rows of two fields, batches of two rows. */
export const jobId = jobIdOf('token')

export function jobWith(spec: Partial<JobSpecInput> = {}, facts: Partial<Job> = {}): Job {
  return {
    jobId,
    clientToken: 'token',
    spec: jobSpecSchema.parse({
      version: 1,
      dataset: { uri: 's3://data/rows.csv' },
      endpoint: { name: 'churn-v3' },
      output: { uri: 's3://results/scores.csv' },
      ...spec,
    }),
    state: 'aggregating',
    partitions: 1,
    createdAt: 1_000,
    ...facts,
  }
}

/** Batches of so many rows each, of 4 bytes a row. */
export function planOf(...rows: readonly number[]): Batch[] {
  let next = 0
  return rows.map((count, batch) => {
    const start = next
    next += count
    return {
      batch,
      rows: { start, end: next },
      bytes: { start: start * 4, end: next * 4 },
      object: 0,
    }
  })
}

export const linesOf = (...predictions: readonly string[]): PredictionLines =>
  readLines(Buffer.from(predictions.join('\n')))

/** The part of a batch whose rows have these predictions; an empty one is a row that failed. */
export function partOf(batch: Batch, predictions: readonly string[]): RecordedPart {
  const failures = predictions.flatMap((text, index) =>
    text === ''
      ? [{ row: batch.rows.start + index, code: 'row_width', message: 'too "wide"' }]
      : [],
  )
  return {
    jobId,
    batch: batch.batch,
    rows: batch.rows,
    lines: linesOf(...predictions),
    failures,
    variant: 'blue',
    attempt: 1,
    invocations: 1,
    throttles: 0,
    inputHash: String(batch.batch).padStart(64, 'a'),
    durationMs: 40,
    recordedAt: 1_500 + batch.batch,
  }
}

/** Items as they come: in runs, of which one may be empty. */
export async function* runsOf<T>(items: readonly T[], length = 2): AsyncGenerator<readonly T[]> {
  yield []
  for (let at = 0; at < items.length; at += length) yield items.slice(at, at + length)
}

export async function* streamOf<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}

export const never = new AbortController().signal
