import { type JobId, jobIdOf, jobSpecSchema, limits } from '@millrace/job'
import { describe, expect, test } from 'vitest'
import {
  createJob,
  createProgressMarker,
  type Ledger,
  readProgress,
  sealPlan,
  settleProgress,
} from '../index.ts'
import { localLedger } from '../local-ledger.fixture.ts'

const ledger = await localLedger()
const signal = new AbortController().signal

let jobs = 0
async function planningJob(): Promise<JobId> {
  const clientToken = `progress-${(jobs += 1)}`
  const jobId = jobIdOf(clientToken)
  const spec = jobSpecSchema.parse({
    version: 1,
    dataset: { uri: 's3://bucket/data.csv' },
    endpoint: { name: 'endpoint' },
    output: { uri: 's3://bucket/result.csv' },
  })
  const job = { jobId, clientToken, spec, state: 'planning', partitions: 1, createdAt: 0 } as const
  await createJob(ledger, job, signal)
  return jobId
}

const seal = async (jobId: JobId, batches: number) => {
  const plan = { batches, rows: batches }
  await sealPlan(ledger, jobId, plan, { now: 0 }, signal)
  return plan
}

const range = (end: number): number[] => Array.from({ length: end }, (_, index) => index)

async function markAll(
  job: { jobId: JobId; plan?: { batches: number; rows: number } },
  batches: readonly number[],
): Promise<number> {
  const marker = createProgressMarker(ledger)
  let full = 0
  // As many at once as a worker has at most.
  for (let start = 0; start < batches.length; start += limits.concurrencyMax) {
    const some = batches.slice(start, start + limits.concurrencyMax)
    const marks = await Promise.all(some.map((batch) => marker.mark(job, batch, 0, signal)))
    full += marks.filter((mark) => mark.full).length
  }
  return full
}

// One item, a last item that is full, partial, of one element; two levels and three.
describe.for([1, 2, 127, 128, 129, 300, 16_385])('of %i batches', (batches) => {
  test('sealed before, the last mark is full and none before it', async () => {
    const jobId = await planningJob()
    const plan = await seal(jobId, batches)
    const marker = createProgressMarker(ledger)

    expect(await markAll({ jobId, plan }, range(batches - 1))).toBe(0)
    expect(await marker.mark({ jobId, plan }, batches - 1, 0, signal)).toEqual({ full: true })
    // Redelivered, the first is told so too: whoever marked the last may have died before it said so.
    expect(await marker.mark({ jobId, plan }, 0, 0, signal)).toEqual({ full: true })
  })

  test('sealed after, no mark is full and settling is', async () => {
    const jobId = await planningJob()

    expect(await markAll({ jobId }, range(batches))).toBe(0)
    const plan = await seal(jobId, batches)
    expect(await settleProgress(ledger, { jobId }, plan, signal)).toEqual({ full: true })
    expect((await readProgress(ledger, jobId, signal)).done.size).toBe(batches)
  })
})

describe('a mark', () => {
  test('made with a job read before the seal, finds the totals itself', async () => {
    const jobId = await planningJob()
    await markAll({ jobId }, [0, 1])
    await seal(jobId, 3)

    expect(await createProgressMarker(ledger).mark({ jobId }, 2, 0, signal)).toEqual({ full: true })
  })

  test('repeated, counts once, and so do its failed rows', async () => {
    const jobId = await planningJob()
    const marker = createProgressMarker(ledger)
    for (const batch of [5, 5, 9]) await marker.mark({ jobId }, batch, batch, signal)
    await marker.mark({ jobId }, 300, 0, signal)
    const { done, failedRows } = await readProgress(ledger, jobId, signal)

    expect(done.size).toBe(3)
    expect([5, 6, 9, 300].map((batch) => done.has(batch))).toEqual([true, false, true, true])
    expect(failedRows).toBe(14)
  })

  test('that meets others on its item, shares a write with them', async () => {
    const jobId = await planningJob()
    let writes = 0
    const send: Ledger['client']['send'] = (operation, ...request) => {
      if (operation === 'UpdateItem') writes += 1
      return ledger.client.send(operation, ...request)
    }
    const marker = createProgressMarker({ ...ledger, client: { send } })
    await Promise.all(range(100).map((batch) => marker.mark({ jobId }, batch, 0, signal)))

    expect(writes).toBe(2)
    expect((await readProgress(ledger, jobId, signal)).done.size).toBe(100)
  })
})

describe('settling', () => {
  test('while a batch is missing, is not full', async () => {
    const jobId = await planningJob()
    await markAll({ jobId }, range(299))
    const plan = await seal(jobId, 300)

    expect(await settleProgress(ledger, { jobId }, plan, signal)).toEqual({ full: false })
  })

  test('a plan without batches is full at once', async () => {
    const jobId = await planningJob()
    const plan = await seal(jobId, 0)

    expect(await settleProgress(ledger, { jobId }, plan, signal)).toEqual({ full: true })
  })
})

describe('readProgress', () => {
  test('of a job without marks, is empty', async () => {
    const { done, failedRows } = await readProgress(ledger, 'none' as JobId, signal)

    expect([done.size, done.has(0), done.firstMissing(), failedRows]).toEqual([0, false, 0, 0])
  })

  test('names the first batch that is missing', async () => {
    const jobId = await planningJob()
    await markAll({ jobId }, [...range(130), 131, 5_000])

    expect((await readProgress(ledger, jobId, signal)).done.firstMissing()).toBe(130)
  })
})
