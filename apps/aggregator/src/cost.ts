import {
  addSpent,
  type Bill,
  billOf,
  type Counted,
  NOTHING_SPENT,
  pricesOf,
  recordedUsage,
  type Spent,
} from '@millrace/cost'
import type { Job, JobId, JobSpec, PinnedDataset } from '@millrace/job'
import type { CountedPart } from './history.ts'
import type { Tally } from './manifest.ts'

/**
 * What a job has used, counted by its consumers over so many of its parts, and the price of it. Of a
 * job on one machine it is what the same would have cost in an account.
 */
export interface Cost {
  readonly usage: Counted['usage']
  readonly counted: Pick<Counted, 'parts' | 'of'>
  readonly bill: Bill
}

/** What the parts tell of one job's use. */
export interface JobSpent {
  spent: Spent
  parts: number
  invocationMs: number
  predictionBytes: number
}

export function countSpent(jobs: Map<JobId, JobSpent>, part: CountedPart): void {
  const { jobId, durationMs, predictions, spent } = part
  const sums = jobs.get(jobId) ?? { ...NOTHING, spent: NOTHING_SPENT }
  sums.parts += 1
  sums.invocationMs += durationMs
  sums.predictionBytes += predictions.length
  sums.spent = addSpent(sums.spent, { ...NOTHING_SPENT, ...spent })
  jobs.set(jobId, sums)
}

const NOTHING = { parts: 0, invocationMs: 0, predictionBytes: 0 }

/** @param billed with the region of the deployment, whose prices they are. */
export function costOf(billed: {
  readonly job: Job
  readonly spec: JobSpec
  readonly dataset: PinnedDataset
  readonly tally: Tally
  readonly region: string
}): Cost {
  const { job, spec, dataset, tally, region } = billed
  const { parts, ...own } = tally.spent.get(job.jobId) ?? {
    ...NOTHING,
    spent: NOTHING_SPENT,
  }
  const { invoked: rows = 0, invocations = 0 } = tally.layers.get(job.jobId) ?? {}
  const { usage, ...counted } = recordedUsage({
    ...own,
    rows,
    invocations,
    batches: parts,
    objects: dataset.objects.length,
    inputBytes: dataset.objects.reduce((sum, { bytes }) => sum + bytes, 0),
    joins: spec.output.join !== 'none',
    partitions: job.partitions,
  })
  return { usage, counted, bill: billOf(usage, rows, pricesOf(region)) }
}
