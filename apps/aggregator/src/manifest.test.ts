import type { PinnedDataset } from '@millrace/job'
import { expect, test } from 'vitest'
import { manifestOf, Tally } from './manifest.ts'
import { jobId, jobWith, partOf, planOf } from './test-data.ts'

const dataset: PinnedDataset = {
  objects: [{ uri: 's3://data/rows.csv', bytes: 20, version: 'v1' }],
  header: false,
  width: 2,
}
const plan = planOf(3, 2)
const outputs = [{ uri: 's3://results/scores.csv', bytes: 10, sha256: 'ab' }]

test('it says what came in, what came out, and by which endpoint', () => {
  const tally = new Tally()
  tally.add({ ...partOf(plan[0]!, ['0.1', '', '']), invocations: 5, throttles: 2 })
  tally.add({ ...partOf(plan[1]!, ['0.4', '0.5']) })
  const job = jobWith()
  expect(manifestOf(job, dataset, tally, outputs, 2_000)).toEqual({
    version: 1,
    jobId,
    state: 'succeeded_with_failures',
    rows: { total: 5, predicted: 3, failed: 2, failedByCode: { row_width: 2 } },
    batches: 2,
    invocations: 6,
    throttles: 2,
    variants: { blue: 2 },
    variantChanged: false,
    dataset,
    spec: job.spec,
    outputs,
    createdAt: 1_000,
    endedAt: 2_000,
  })
})

test('without a failed row, the state is succeeded', () => {
  const tally = new Tally()
  tally.add(partOf(plan[1]!, ['0.4', '0.5']))
  expect(manifestOf(jobWith(), dataset, tally, outputs, 0).state).toBe('succeeded')
})

test('when two variants answered, says that the model changed', () => {
  const tally = new Tally()
  tally.add(partOf(plan[0]!, ['0.1', '0.2', '0.3']))
  tally.add({ ...partOf(plan[1]!, ['0.4', '0.5']), variant: 'green' })
  expect(manifestOf(jobWith(), dataset, tally, outputs, 0)).toMatchObject({
    variants: { blue: 1, green: 1 },
    variantChanged: true,
  })
})

test('a part that no invocation answered names no variant', () => {
  const tally = new Tally()
  const { variant: _, ...part } = partOf(plan[1]!, ['', ''])
  tally.add({ ...part, invocations: 0 })
  expect(tally).toMatchObject({ variants: {}, invocations: 0, failedRows: 2 })
})
