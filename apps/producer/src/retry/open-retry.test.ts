import { type Job, type JobSpecInput, jobIdOf, type RowFailure } from '@millrace/job'
import type { LayeredProgress } from '@millrace/ledger'
import { expect, test } from 'vitest'
import { placesRefusalOf } from '../allow-list.ts'
import { type Deps, openRetry } from './open-retry.ts'
import { doneBatches, jobWith, never } from '../test-data.fixture.ts'

const base = jobWith(
  {},
  {
    jobId: jobIdOf('base'),
    clientToken: 'base',
    state: 'succeeded_with_failures',
    partitions: 7,
    expiresAt: 9_000,
    dataset: { digest: 'd1', objects: 1, bytes: 40 },
    plan: { batches: 3, rows: 6 },
  },
)
const failuresOf = (...codes: readonly string[]): RowFailure[] =>
  codes.map((code, row) => ({ row, code, message: 'no' }))

interface Recorded {
  readonly done?: readonly number[]
  readonly failures?: readonly RowFailure[]
}

function createWorld(jobs: readonly Job[], recorded: Recorded = {}) {
  const { done = [0, 1, 2], failures = failuresOf('throttled', 'refused', 'refused') } = recorded
  const known = new Map(jobs.map((job) => [job.jobId, job]))
  const progress: LayeredProgress = {
    done: doneBatches(done),
    failedRows: new Map(failures.map(({ row }) => [row, 1])),
  }
  const allow = { datasets: ['s3://data/'], results: ['s3://results/'] }
  const deps: Deps = {
    readJob: async (jobId) => known.get(jobId),
    createJob: async (job) => {
      known.set(job.jobId, job)
      return { kind: 'opened', job }
    },
    refusal: (spec) => placesRefusalOf(allow, spec),
    progress: async () => progress,
    async *failures() {
      yield* failures
    },
  }
  const open = async (
    spec: Partial<JobSpecInput> = {},
    { reasons, of = base.jobId }: { reasons?: readonly string[]; of?: Job['jobId'] } = {},
  ) => {
    const fresh = jobWith(spec, { expiresAt: 1_234, partitions: 16 })
    const retryOf = { jobId: of, ...(reasons === undefined ? {} : { reasons }) }
    const request = { clientToken: 'token', spec: fresh.spec, retryOf }
    return await openRetry(deps, fresh, request, never)
  }
  return { known, open }
}

const refused = (reason: RegExp) => ({ kind: 'refused', reason: expect.stringMatching(reason) })

test('a retry has the partitions and the end of the job below, and stands on it', async () => {
  const { open, known } = createWorld([base])
  const job = {
    ...jobWith(),
    partitions: 7,
    expiresAt: 9_000,
    retryOf: { jobId: base.jobId, reasons: ['refused'], layers: [base.jobId] },
  }
  expect(await open({}, { reasons: ['refused'] })).toEqual({ kind: 'opened', job })
  expect(known.get(job.jobId)).toEqual(job)
})

test('what a dataset is packed in was settled by the job below', async () => {
  const { dataset } = base.spec
  const spec = { ...base.spec, dataset: { ...dataset, compression: 'none' as const } }
  const { open } = createWorld([{ ...base, spec }])
  expect(await open()).toMatchObject({ kind: 'opened' })
})

test('a retry has as many classes as the job below was found to have', async () => {
  const { open } = createWorld([{ ...base, classes: 3 }])
  expect(await open()).toMatchObject({ job: { classes: 3 } })
  const failures = failuresOf(...Array<string>(6).fill('prediction_unfit'))
  const none = createWorld([{ ...base, classes: 3 }], { failures })
  expect(await none.open()).not.toHaveProperty('job.classes')
})

test('a retry of a job that is kept for ever is kept for ever', async () => {
  const { expiresAt: _, ...kept } = base
  expect((await createWorld([kept]).open()).kind).toBe('opened')
  expect(await createWorld([kept]).open()).not.toHaveProperty('job.expiresAt')
})

test('a retry of a retry stands on both', async () => {
  const retried = { ...base, retriedBy: jobIdOf('first') }
  const retryOf = { jobId: base.jobId, layers: [base.jobId] }
  const first = { ...base, jobId: jobIdOf('first'), retryOf }
  const { open } = createWorld([retried, first])
  expect(await open({}, { of: first.jobId })).toMatchObject({
    job: { retryOf: { jobId: first.jobId, layers: [first.jobId, base.jobId] } },
  })
})

test('a request that comes again finds its job, whatever the job below has become', async () => {
  const job = jobWith({}, { state: 'running' })
  expect(await createWorld([job]).open()).toEqual({ kind: 'opened', job })
})

test('endpoint, output, decision and tolerance may be others', async () => {
  const { open } = createWorld([base])
  const other: Partial<JobSpecInput> = {
    endpoint: { name: 'churn-v4' },
    output: { uri: 's3://results/other.csv' },
    decision: { threshold: 0.3 },
    tolerance: { failedRowsMax: 5 },
  }
  expect((await open(other)).kind).toBe('opened')
})

test.for<[string, RegExp, readonly Job[], Partial<JobSpecInput>?]>([
  ['nobody knows', /is not known, or its retention is over/, []],
  ['runs', /is running: only a job that has ended/, [{ ...base, state: 'running' }]],
  [
    'another retry has claimed',
    /is retried by job j-[0-9a-f]+ already/,
    [{ ...base, retriedBy: jobIdOf('other') }],
  ],
  [
    'stands on too many',
    /stands on 16 other jobs/,
    [
      {
        ...base,
        retryOf: { jobId: base.jobId, layers: Array.from({ length: 16 }, () => base.jobId) },
      },
    ],
  ],
  [
    'has another dataset',
    /spec.dataset.uri is "s3:.*", and not "s3:.*" as in job/,
    [base],
    { dataset: { uri: 's3://data/others/' } },
  ],
  [
    'has other batches',
    /spec.batching.rows is 7, and not \d+ as in job/,
    [base],
    { batching: { rows: 7 } },
  ],
  [
    'wrote where the deployment may not',
    /output s3:\/\/secret\/x.csv is outside of/,
    [
      {
        ...base,
        spec: { ...base.spec, output: { ...base.spec.output, uri: 's3://secret/x.csv' } },
      },
    ],
  ],
  [
    'was never planned',
    /was planned: run it anew/,
    [jobWith({}, { ...unplanned(), state: 'failed' })],
  ],
])('a retry of a job that %s is refused', async ([, reason, jobs, spec = {}]) => {
  const { open, known } = createWorld(jobs)
  expect(await open(spec)).toEqual(refused(reason))
  expect(known.size).toBe(jobs.length)
})

function unplanned(): Partial<Job> {
  return { jobId: base.jobId, clientToken: 'base' }
}

test('a reason that no row has failed for is refused with those that there are', async () => {
  const { open } = createWorld([base])
  expect(await open({}, { reasons: ['model_failed'] })).toEqual(
    refused(/no row that failed for model_failed; it has throttled 1, refused 2$/),
  )
})

test('a job without failed rows has nothing to retry', async () => {
  const { open } = createWorld([base], { failures: [] })
  expect(await open()).toEqual(refused(/has no failed row$/))
})

test('a job with batches that nobody recorded is retried for any reason', async () => {
  const { open } = createWorld([{ ...base, state: 'cancelled' }], { done: [0, 2], failures: [] })
  expect((await open({}, { reasons: ['not_scored'] })).kind).toBe('opened')
})
