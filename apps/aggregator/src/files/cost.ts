import { type Bill, billOf, type Counted, pricesOf, recordedUsage } from '@millrace/cost'
import type { Job, JobSpec, PinnedDataset } from '@millrace/job'
import { NO_PARTS, type Tally } from '../account/tally.ts'

/**
 * What a job has used, counted by its consumers over so many of its parts, and the price of it. Of a
 * job on one machine it is what the same would have cost in an account.
 */
export interface Cost {
  readonly usage: Counted['usage']
  readonly counted: Pick<Counted, 'parts' | 'of'>
  readonly bill: Bill
}

/** @param billed with the region of the deployment, whose prices they are. */
export function costOf(billed: {
  readonly job: Job
  readonly spec: JobSpec
  readonly dataset: PinnedDataset
  readonly tally: Tally
  readonly region: string
}): Cost {
  const { job, spec, dataset, tally, region } = billed
  const { parts, ...own } = tally.spent.get(job.jobId) ?? NO_PARTS
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
