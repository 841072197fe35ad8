import { createHash } from 'node:crypto'
import { jobIdOf, type PinnedDataset, resultManifestSchema } from '@millrace/job'
import { workOf } from '@millrace/ledger'
import { expect, test } from 'vitest'
import { costOf } from './cost.ts'
import { type Manifest, manifestOf } from './manifest.ts'
import { createTally } from '../account/tally.ts'
import { jobId, jobWith, partOf, planOf } from '../test-data.fixture.ts'
import { millraceVersion } from './version.ts'
import type { RecordedPart } from '../write-result.ts'

const dataset: PinnedDataset = {
  objects: [{ uri: 's3://data/rows.csv', bytes: 20, version: 'v1' }],
  header: false,
  width: 2,
}
const plan = planOf(3, 2)
const outputs = [{ uri: 's3://results/scores.csv', bytes: 10, sha256: 'ab' }]
const job = jobWith({}, { startedAt: 1_100, dataset: { digest: 'd1', objects: 1, bytes: 20 } })
const sound = [partOf(plan[0]!, ['0.1', '0.2', '0.3']), partOf(plan[1]!, ['0.4', '0.5'])]

function manifest(parts: readonly RecordedPart[], exportId?: string) {
  const tallying = createTally()
  parts.forEach((part, index) => tallying.add(plan[index]!, part))
  const { spec } = job
  const tally = tallying.total()
  const billed = { job, spec, dataset, tally, region: 'us-east-1' }
  const cost = exportId === undefined ? costOf(billed) : undefined
  return manifestOf({ job, spec, exportId, dataset, tally, outputs, cost })
}

/** Holds it to what is published: that has each member, and no other. */
function asPublished(made: Manifest): Manifest {
  const text = JSON.parse(JSON.stringify(made)) as unknown
  expect(resultManifestSchema.parse(text)).toEqual(text)
  return made
}

test('it says what came in, what came out, and by which endpoint', () => {
  const failing = { ...partOf(plan[0]!, ['0.1', '', '']), invocations: 5, throttles: 2, attempt: 3 }
  expect(asPublished(manifest([failing, sound[1]!]))).toEqual({
    version: 1,
    millrace: millraceVersion,
    jobId,
    state: 'succeeded_with_failures',
    rows: { total: 5, predicted: 3, failed: 2, failedByCode: { row_width: 2 } },
    batches: 2,
    attempts: 4,
    invocations: 6,
    throttles: 2,
    invocationMs: 80,
    bytes: { input: 20, predictions: 12, output: 10 },
    endpoint: job.spec.endpoint,
    variants: { blue: 2 },
    variantChanged: false,
    dataset: {
      ...dataset,
      digest: 'd1',
      sha256OfBatches: createHash('sha256')
        .update(sound.map(({ inputHash }) => inputHash).join(''))
        .digest('hex'),
    },
    spec: job.spec,
    outputs,
    cost: {
      usage: expect.objectContaining({ invocations: 6, endpointSeconds: 0.08 }),
      counted: { parts: 0, of: 2 },
      bill: expect.objectContaining({ region: 'us-east-1' }),
    },
    times: { created: 1_000, started: 1_100, firstRecorded: 1_500, lastRecorded: 1_501 },
  })
})

test('without failed rows, it says succeeded', () => {
  expect(manifest(sound).state).toBe('succeeded')
})

test('that of a retry tells what each job has done for the result', () => {
  const base = jobWith(
    {},
    { jobId: jobIdOf('base'), clientToken: 'base', startedAt: 510, endedAt: 600, createdAt: 500 },
  )
  const retry = jobWith(
    { endpoint: { name: 'churn-v4' } },
    { retryOf: { jobId: base.jobId, layers: [base.jobId], reasons: ['throttled'] } },
  )
  const kept = { ...sound[0]!, jobId: base.jobId }
  const before = { ...partOf(plan[1]!, ['', '']), jobId: base.jobId, invocations: 9, throttles: 4 }
  const mended: RecordedPart = {
    ...partOf(plan[1]!, ['0.4', '']),
    retried: { rows: 2, mended: 1 },
    earlier: workOf(before),
  }
  const tallying = createTally()
  for (const [index, part] of [kept, mended].entries()) tallying.add(plan[index]!, part)
  const written = {
    spec: retry.spec,
    dataset,
    tally: tallying.total(),
    outputs,
  }
  const cost = costOf({ job: retry, ...written, region: 'us-east-1' })
  const made = asPublished(manifestOf({ job: retry, below: [base], ...written, cost }))
  expect(made).toMatchObject({
    invocations: 11,
    throttles: 4,
    attempts: 3,
    rows: { total: 5, predicted: 4, failed: 1 },
    variants: { blue: 2 },
    variantChanged: true,
    // What the job below has spent is on its own bill.
    cost: { counted: { of: 1 }, usage: { invocations: 1 } },
    history: [
      {
        jobId: base.jobId,
        endpoint: { name: 'churn-v3' },
        rows: { invoked: 5, predicted: 3 },
        invocations: 10,
        throttles: 4,
        times: { created: 500, started: 510, ended: 600 },
      },
      {
        jobId,
        reasons: ['throttled'],
        endpoint: { name: 'churn-v4' },
        rows: { invoked: 2, predicted: 1 },
        invocations: 1,
        throttles: 0,
        times: { created: 1_000 },
      },
    ],
  })
  const same = { ...retry, spec: base.spec }
  expect(manifestOf({ job: same, below: [base], ...written }).variantChanged).toBe(false)
})

test('that of an export names it', () => {
  expect(asPublished(manifest(sound, 'e-1')).exportId).toBe('e-1')
})

test('what the parts have spent is the bill', () => {
  const spent = { parts: 1, calls: 3, writes: 12, reads: 0, sent: 500, got: 100, ms: 10 }
  const { cost } = manifest(sound.map((part) => ({ ...part, spent })))
  expect(cost).toMatchObject({
    usage: { sqsFairRequests: 7, writeUnits: 24 + 15, endpointBytesIn: 1_000 },
    counted: { parts: 2, of: 2 },
  })
})

test('when two variants answered, says that the model changed', () => {
  expect(manifest([sound[0]!, { ...sound[1]!, variant: 'green' }])).toMatchObject({
    variants: { blue: 1, green: 1 },
    variantChanged: true,
  })
})

test('a batch that two variants answered counts for each, and says that the model changed', () => {
  const several = { ...sound[1]!, variants: ['blue', 'green'] }
  expect(manifest([sound[0]!, several])).toMatchObject({
    variants: { blue: 2, green: 1 },
    variantChanged: true,
  })
})

test('a variant may be named as what every object has', () => {
  const named = { ...sound[1]!, variant: 'constructor' }
  expect(manifest([sound[0]!, named]).variants).toEqual({ blue: 1, constructor: 1 })
})

test('an endpoint that invents variants fills no manifest with them', () => {
  const variants = Array.from({ length: 1_500 }, (_, index) => `v${index}`)
  const { variants: counted, variantChanged } = manifest([{ ...sound[0]!, variants }, sound[1]!])
  expect(Object.keys(counted)).toHaveLength(1_000)
  expect(variantChanged).toBe(true)
})

test('a part that no invocation answered names no variant', () => {
  const { variant: _, ...part } = partOf(plan[0]!, ['', '', ''])
  const { variants, invocations, rows } = manifest([{ ...part, invocations: 0 }])
  expect({ variants, invocations, failed: rows.failed }).toEqual({
    variants: {},
    invocations: 0,
    failed: 3,
  })
})

test('of a job without rows, it has no times of recording', () => {
  expect(asPublished(manifest([])).times).toEqual({ created: 1_000, started: 1_100 })
})
