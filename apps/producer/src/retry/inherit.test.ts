import { InvocationError } from '@millrace/invocation'
import {
  type Batch,
  type Documents,
  encodePlanSegment,
  type Job,
  type JobId,
  jobIdOf,
  limits,
  type PinnedDataset,
  planSegmentName,
  readPlan,
  type RowFailure,
  writePinnedDataset,
} from '@millrace/job'
import type { BatchMark, Part } from '@millrace/ledger'
import { describe, expect, test } from 'vitest'
import { EndpointAwayError } from '../preflight/endpoint-away-error.ts'
import { inheritBatches } from './inherit-batches.ts'
import { inheritDataset, inheritedPlan, type Deps as PlanDeps } from './inherit-plan.ts'
import { type Deps as ProbeDeps, isAboutRow, probeRetry } from './probe-retry.ts'
import { collect, createDocuments, doneBatches, jobWith, never } from '../test-data.fixture.ts'

const base = jobIdOf('base')
const middle = jobIdOf('middle')
const retryWith = (reasons?: readonly string[], facts: Partial<Job> = {}): Job => {
  const named = reasons === undefined ? {} : { reasons }
  return jobWith({}, { retryOf: { jobId: middle, layers: [middle, base], ...named }, ...facts })
}
const failure = (row: number, code: string): RowFailure => ({ row, code, message: 'no' })
const partWith = (batch: number, failures: readonly RowFailure[], recordedAt = 500) =>
  ({ batch, rows: { start: batch * 2, end: batch * 2 + 2 }, failures, recordedAt }) as Part

describe('the batches of a retry', () => {
  /** Batches 0 to 4 are recorded, 5 is not; 1 failed for one reason, 2 for another, 3 for both. */
  const parts = new Map([
    [1, partWith(1, [failure(2, 'a')])],
    [2, partWith(2, [failure(4, 'b')])],
    [3, partWith(3, [failure(6, 'a'), failure(7, 'b')])],
  ])

  async function marksOf(job: Job, { own = [], late }: { own?: number[]; late?: number } = {}) {
    const marks: BatchMark[] = []
    const deps = {
      progress: async (layers: readonly JobId[]) =>
        layers.includes(base)
          ? {
              done: doneBatches([0, 1, 2, 3, 4]),
              failedRows: new Map([...parts].map(([batch, part]) => [batch, part.failures.length])),
            }
          : { done: doneBatches(own), failedRows: new Map() },
      below: async (_: Job, batch: number) => {
        const part = parts.get(batch)
        return part && batch === late ? { ...part, recordedAt: job.createdAt } : part
      },
      mark: async (_: Job, wanted: AsyncIterable<BatchMark>) => {
        marks.push(...(await collect(wanted)))
      },
    }
    await inheritBatches(deps, job, never)
    return Object.fromEntries(marks.map(({ batch, failedRows }) => [batch, failedRows]))
  }

  test('that have no row to be invoked again are marked as they are', async () => {
    expect(await marksOf(retryWith(['a']))).toEqual({ 0: 0, 2: 1, 4: 0 })
    expect(await marksOf(retryWith(['b']))).toEqual({ 0: 0, 1: 1, 4: 0 })
    expect(await marksOf(retryWith(['a', 'b']))).toEqual({ 0: 0, 4: 0 })
    expect(await marksOf(retryWith())).toEqual({ 0: 0, 4: 0 })
  })

  test('that the retry has already are not marked again', async () => {
    expect(await marksOf(retryWith(['a']), { own: [0, 1, 2] })).toEqual({ 4: 0 })
  })

  test('that were recorded after it was made are left to it', async () => {
    expect(await marksOf(retryWith(['a']), { late: 2 })).toEqual({ 0: 0, 4: 0 })
  })

  test('of a job that is no retry are left alone', async () => {
    expect(await marksOf(jobWith())).toEqual({})
  })
})

const dataset: PinnedDataset = {
  objects: [{ uri: 's3://data/rows.csv', bytes: 40, version: 'v1' }],
  header: false,
  width: 2,
}
const planOf = (batches: number): Batch[] =>
  Array.from({ length: batches }, (_, batch) => ({
    batch,
    rows: { start: batch * 2, end: batch * 2 + 2 },
    bytes: { start: batch * 8, end: batch * 8 + 8 },
    object: 0,
  }))

/** Two jobs with documents, the upper of which was never planned. */
async function createLayers(holder?: JobId) {
  const documents = new Map<JobId, Documents>()
  const documentsOf = (jobId: JobId): Documents => {
    const known = documents.get(jobId) ?? createDocuments().documents
    documents.set(jobId, known)
    return known
  }
  const plan = planOf(limits.planSegmentBatches + 3)
  const pin = await writePinnedDataset(documentsOf(base), dataset, never)
  for (const segment of [0, 1]) {
    const first = segment * limits.planSegmentBatches
    const batches = plan.slice(first, first + limits.planSegmentBatches)
    await documentsOf(base).write(planSegmentName(segment), encodePlanSegment(batches), never)
  }
  const totals = { batches: plan.length, rows: plan.length * 2 }
  const jobs = new Map([
    [base, jobWith({}, { jobId: base, dataset: pin, plan: totals })],
    [middle, jobWith({}, { jobId: middle })],
  ])
  const claims: string[] = []
  const deps: PlanDeps = {
    readJob: async (jobId) => jobs.get(jobId),
    documentsOf,
    claim: async (below, retry) => {
      claims.push(`${below} by ${retry}`)
      return holder ?? retry
    },
    recordPin: async (_, recorded) => recorded,
  }
  return { deps, pin, plan, totals, claims, documentsOf }
}

describe('a retry', () => {
  test('has the dataset of the newest job below that is pinned', async () => {
    const { deps, pin, claims, documentsOf } = await createLayers()
    const retry = retryWith()
    expect(await inheritDataset(deps, retry, never)).toEqual(dataset)
    expect(claims).toEqual([`${middle} by ${retry.jobId}`])
    const again = { ...retry, dataset: pin }
    const alone = { ...deps, documentsOf: () => documentsOf(retry.jobId) }
    expect(await inheritDataset(alone, again, never)).toEqual(dataset)
  })

  test('that another one has forestalled ends, and says by which', async () => {
    const { deps } = await createLayers(jobIdOf('other'))
    await expect(inheritDataset(deps, retryWith(), never)).rejects.toMatchObject({
      code: 'retried_already',
      message: expect.stringContaining(`is retried by job ${jobIdOf('other')}`),
    })
  })

  test('whose result would lie over an object of the dataset claims nothing', async () => {
    const { deps, claims } = await createLayers()
    const { spec, ...retry } = retryWith()
    const output = { ...spec.output, uri: dataset.objects[0]?.uri ?? '' }
    const over = { ...retry, spec: { ...spec, output } }
    await expect(inheritDataset(deps, over, never)).rejects.toMatchObject({ code: 'output_taken' })
    expect(claims).toEqual([])
  })

  test('has the plan of the newest job below whose plan is whole, as its own', async () => {
    const { deps, plan, totals, documentsOf } = await createLayers()
    const retry = retryWith()
    expect(await collect((await inheritedPlan(deps, retry, never))!)).toEqual(plan)
    const own = readPlan(documentsOf(retry.jobId), { ...retry, plan: totals }, never)
    expect(await collect(own)).toEqual(plan)
  })

  test('of jobs without a whole plan has none to inherit', async () => {
    const { deps } = await createLayers()
    const onMiddle = jobWith({}, { retryOf: { jobId: middle, layers: [middle] } })
    expect(await inheritedPlan(deps, onMiddle, never)).toBeUndefined()
  })
})

describe('before a retry is published', () => {
  /** Rows `r,r` of 4 bytes each; the first row of batch 2 is too short. */
  async function sentOf(job: Job, parts: ReadonlyMap<number, Part>, taken: readonly number[]) {
    const sent: string[] = []
    const deps: ProbeDeps = {
      async *planned() {
        yield* planOf(5)
      },
      recordedBatches: async () => (batch) => taken.includes(batch),
      below: async (_, batch) => parts.get(batch),
      read: async (_, { start }) => Buffer.from(start === 16 ? '4,,4\n5,5' : rowsAt(start / 4)),
      invoke: async (_, body) => void sent.push(Buffer.from(body).toString().trim()),
    }
    await probeRetry(deps, job, dataset, never)
    return sent
  }
  const rowsAt = (row: number): string => `${row},${row}\n${row + 1},${row + 1}\n`
  const parts = new Map([
    [1, partWith(1, [failure(3, 'a')])],
    [2, partWith(2, [failure(4, 'a'), failure(5, 'a')])],
  ])

  test('one row of those to be invoked again is sent', async () => {
    expect(await sentOf(retryWith(['a']), parts, [0])).toEqual(['3,3'])
    expect(await sentOf(retryWith(['a']), parts, [0, 1])).toEqual(['5,5'])
    expect(await sentOf(retryWith(['a']), parts, [0, 1, 2])).toEqual(['6,6'])
  })

  test('nothing is sent when no row is to be invoked', async () => {
    expect(await sentOf(retryWith(['a']), parts, [0, 1, 2, 3, 4])).toEqual([])
    expect(await sentOf(retryWith(['b']), parts, [0, 3, 4])).toEqual([])
  })
})

test.for([
  ['rows_rejected', true, false],
  ['invocation_timed_out', true, false],
  ['model_failed', true, true],
  ['endpoint_throttled', true, false],
  ['access_denied', false, false],
  ['connection_failed', false, false],
] as const)(
  'of a row sent again, %s is about the row: %s, and after a turn: %s',
  ([code, once, turn]) => {
    const error = new InvocationError(code, 'churn-v3', 'failure')
    expect([isAboutRow(error), isAboutRow(new EndpointAwayError(error))]).toEqual([once, turn])
  },
)
