import {
  type Documents,
  encodePlanSegment,
  type Job,
  type JobId,
  jobIdOf,
  jobSpecSchema,
  planSegmentName,
} from '@millrace/job'
import { describe, expect, test } from 'vitest'
import {
  claimRetry,
  createJob,
  createProgressMarker,
  type DocumentsOf,
  markBatches,
  type Part,
  putPart,
  readFailures,
  readJob,
  readLayeredProgress,
  readNewestJob,
  readNewestPart,
  readPart,
  readParts,
  readProgress,
  readRows,
  settleProgress,
  workOf,
} from './index.ts'
import { localLedger } from './local-ledger.fixture.ts'

const ledger = await localLedger()
const signal = new AbortController().signal

const ROWS = 3
const BATCHES = 8
const plan = Array.from({ length: BATCHES }, (_, batch) => {
  const range = { start: batch * ROWS, end: batch * ROWS + ROWS }
  return { batch, rows: range, bytes: range, object: 0 }
})
const spec = jobSpecSchema.parse({
  version: 1,
  dataset: { uri: 's3://data/rows.csv' },
  endpoint: { name: 'churn' },
  batching: { rows: ROWS },
  output: { uri: 's3://results/rows.csv' },
})

/** A job and two retries of it, one upon the other; the retries are named by what they are. */
function jobsNamed(name: string, partitions = 3): { base: Job; first: Job; second: Job } {
  const jobOf = (token: string): Job => ({
    jobId: jobIdOf(token),
    clientToken: token,
    spec,
    state: 'running',
    partitions,
    createdAt: 1_000,
    plan: { batches: BATCHES, rows: BATCHES * ROWS },
  })
  const base = jobOf(name)
  const first = { ...jobOf(`${name}-1`), retryOf: { jobId: base.jobId, layers: [base.jobId] } }
  const layers = [first.jobId, base.jobId]
  const second = { ...jobOf(`${name}-2`), retryOf: { jobId: first.jobId, layers } }
  return { base, first, second }
}

/** The documents of each job, in memory; the plan is in all of them. */
function createDocuments(): (jobId: JobId) => Documents {
  const written = new Map<string, Buffer>()
  return (jobId) => ({
    read: async (name) =>
      name === planSegmentName(0) ? encodePlanSegment(plan) : written.get(`${jobId}/${name}`),
    write: async (name, bytes) => void written.set(`${jobId}/${name}`, Buffer.from(bytes)),
  })
}

/** Records batches whose lines name their job's layer; of some the first row has failed. */
async function record(
  { jobId, partitions }: Job,
  text: string,
  batches: readonly number[],
  failed: readonly number[] = [],
  documents: Documents = createDocuments()(jobId),
  facts: Partial<Part> = {},
): Promise<void> {
  for (const batch of batches) {
    const isFailed = failed.includes(batch)
    const rows = plan[batch]!.rows
    const part = {
      ...{ jobId, partitions, batch, rows, inputHash: 'ab', attempt: 1, invocations: 2 },
      ...{ throttles: 1, durationMs: 5, recordedAt: 1_000 },
      predictions: Buffer.from(`${isFailed ? '' : text}\n${text}\n${text}`),
      failures: isFailed ? [{ row: rows.start, code: 'odd', message: text }] : [],
      ...facts,
    }
    await putPart(ledger, part, documents, signal)
    await createProgressMarker(ledger).mark({ jobId }, batch, part.failures.length, signal)
  }
}

const textOf = ({ predictions }: Pick<Part, 'predictions'>): string =>
  predictions.toString().split('\n')[1] ?? ''

describe('the parts of a retry', () => {
  test.for([1, 3, 16])('in %i partitions, are the newest of each batch', async (partitions) => {
    const { base, first, second } = jobsNamed(`parts-${partitions}`, partitions)
    await record(base, 'base', [0, 1, 2, 3, 4, 5, 7])
    await record(first, 'first', [1, 5, 6])
    await record(second, 'second', [0, 5])
    const documents = createDocuments()
    const read = async (job: Job) => {
      const parts = await Array.fromAsync(readParts(ledger, job, documents, signal))
      return parts.map((part) => `${part.batch} ${textOf({ predictions: part.lines.text })}`)
    }
    expect(await read(base)).toEqual([0, 1, 2, 3, 4, 5, 7].map((batch) => `${batch} base`))
    expect(await read(second)).toEqual([
      ...['0 second', '1 first', '2 base', '3 base', '4 base', '5 second', '6 first', '7 base'],
    ])
    const place = { layers: [second.jobId, first.jobId, base.jobId], partitions }
    const newest = async (batch: number) =>
      await readNewestPart(ledger, place, batch, documents, signal)
    expect(textOf((await newest(5))!)).toBe('second')
    expect(textOf((await newest(6))!)).toBe('first')
    expect(textOf((await newest(7))!)).toBe('base')
  })

  test('that are too large for an item are read out of their own job', async () => {
    const { base, first } = jobsNamed('large')
    const documents = createDocuments()
    const large = Buffer.from(
      Array.from({ length: ROWS }, () =>
        Buffer.alloc(200_000, '').map(() => 33 + Math.random() * 90),
      )
        .map(String)
        .join('\n'),
    )
    await record(base, 'base', [0, 1], [], documents(base.jobId), { predictions: large })
    await record(first, 'first', [1])
    const parts = await Array.fromAsync(readParts(ledger, first, documents, signal))
    expect(parts[0]?.lines.text.equals(large)).toBe(true)
    expect(textOf({ predictions: parts[1]!.lines.text })).toBe('first')
  })

  test('answer rows and failures as they are after the last retry', async () => {
    const { base, first } = jobsNamed('rows')
    await record(base, 'base', [0, 1, 2], [0, 1, 2])
    await record(first, 'first', [1, 2], [2])
    const documents: DocumentsOf = createDocuments()
    const rows = await Array.fromAsync(
      readRows(ledger, first, { start: 0, end: 12 }, documents, signal),
    )
    const failed = { kind: 'failed', code: 'odd' }
    expect(rows).toMatchObject([
      ...[{ ...failed, row: 0, message: 'base' }, { prediction: 'base' }, { prediction: 'base' }],
      ...[{ prediction: 'first' }, { prediction: 'first' }, { prediction: 'first' }],
      ...[{ ...failed, row: 6, message: 'first' }, { prediction: 'first' }, { kind: 'predicted' }],
      ...[{ kind: 'pending' }, { kind: 'pending' }, { kind: 'pending' }],
    ])
    const failures = await Array.fromAsync(readFailures(ledger, first, documents, signal))
    expect(failures.map(({ row }) => row)).toEqual([0, 6])
    const before = await Array.fromAsync(readFailures(ledger, base, documents, signal))
    expect(before.map(({ row }) => row)).toEqual([0, 3, 6])
  })

  test('keep the work that has gone into them', async () => {
    const { base, first } = jobsNamed('work')
    await record(base, 'base', [4], [4], undefined, { variant: 'blue' })
    const below = (await readPart(ledger, base, 4, createDocuments()(base.jobId), signal))!
    const facts = { retried: { rows: 1, mended: 1 }, earlier: workOf(below), invocations: 5 }
    await record(first, 'first', [4], [], undefined, facts)
    const part = (await readPart(ledger, first, 4, createDocuments()(first.jobId), signal))!
    const spent = { attempt: 1, throttles: 1, durationMs: 5, recordedAt: 1_000 }
    expect(workOf(part)).toEqual([
      { jobId: base.jobId, rows: 3, predicted: 2, invocations: 2, variant: 'blue', ...spent },
      { jobId: first.jobId, rows: 1, predicted: 1, invocations: 5, ...spent },
    ])
  })
})

describe('the progress of a retry', () => {
  test('over that of the job below, tells what is newest of each batch', async () => {
    const { base, first } = jobsNamed('progress')
    await record(base, 'base', [0, 1, 2], [0, 1])
    await record(first, 'first', [1, 5], [5])
    const layers = [first.jobId, base.jobId]
    const { done, failedRows } = await readLayeredProgress(ledger, layers, signal)
    expect([0, 1, 2, 3, 4, 5].filter((batch) => done.has(batch))).toEqual([0, 1, 2, 5])
    expect(Object.fromEntries(failedRows)).toEqual({ 0: 1, 5: 1 })
  })

  test.for([1, 127, 128, 129, 300])(
    'of %i batches that are marked together, is whole however often',
    async (batches) => {
      const jobId = jobIdOf(`bulk-${batches}`)
      const totals = { batches, rows: batches }
      async function* marks(from: number) {
        for (let batch = from; batch < batches; batch += 1) {
          yield { batch, failedRows: batch % 50 === 0 ? 2 : 0 }
        }
      }
      await markBatches(ledger, { jobId, plan: totals }, marks(Math.floor(batches / 2)), signal)
      expect((await readProgress(ledger, jobId, signal)).done.size).toBe(Math.ceil(batches / 2))
      for (const _ of [1, 2]) {
        await markBatches(ledger, { jobId, plan: totals }, marks(0), signal)
        const { done, failedRows } = await readProgress(ledger, jobId, signal)
        expect(done.size).toBe(batches)
        expect(failedRows).toBe(2 * Math.ceil(batches / 50))
        expect(await settleProgress(ledger, { jobId }, totals, signal)).toEqual({ full: true })
      }
    },
  )
})

describe('claimRetry', () => {
  test('the first retry holds the claim, and may repeat it', async () => {
    const { base, first, second } = jobsNamed('claimed')
    await createJob(ledger, base, signal)
    const claim = async (retry: Job) => await claimRetry(ledger, base.jobId, retry.jobId, signal)
    expect(await Promise.all([claim(first), claim(first)])).toEqual([first.jobId, first.jobId])
    expect(await claim(second)).toBe(first.jobId)
    expect(await readJob(ledger, base.jobId, signal)).toEqual({ ...base, retriedBy: first.jobId })
  })

  test('of a job that is not there, is refused', async () => {
    const { base, first } = jobsNamed('nowhere')
    await expect(claimRetry(ledger, base.jobId, first.jobId, signal)).rejects.toMatchObject({
      code: 'job_missing',
    })
  })
})

test('the newest retry of a job is found from any of them', async () => {
  const { base, first, second } = jobsNamed('newest')
  for (const job of [base, first, second]) await createJob(ledger, job, signal)
  await claimRetry(ledger, base.jobId, first.jobId, signal)
  await claimRetry(ledger, first.jobId, second.jobId, signal)
  for (const { jobId } of [base, first, second]) {
    expect((await readNewestJob(ledger, jobId, signal))?.jobId).toBe(second.jobId)
  }
  expect(await readNewestJob(ledger, jobIdOf('nobody'), signal)).toBeUndefined()
})

test('a retry reads back as it was made', async () => {
  const { second } = jobsNamed('kept')
  const job = { ...second, retryOf: { ...second.retryOf!, reasons: ['odd', 'model_failed'] } }
  await createJob(ledger, job, signal)
  expect(await readJob(ledger, job.jobId, signal)).toEqual(job)
})
