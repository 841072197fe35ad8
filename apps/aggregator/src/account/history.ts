import type { Job, JobId, ResultManifest } from '@millrace/job'
import { type ReadPart, workOf } from '@millrace/ledger'

/** What one job has done for a result that was made by several: a job and its retries. */
export type LayerHistory = NonNullable<ResultManifest['history']>[number]

/** What the parts tell of one job. */
export interface LayerTally {
  invoked: number
  predicted: number
  invocations: number
  throttles: number
}

type Worked = Parameters<typeof workOf>[0]

/** Adds up what each job has done, and gives back all work on the part. */
export function countWork(
  tallies: Map<JobId, LayerTally>,
  part: Worked,
): ReturnType<typeof workOf> {
  const works = workOf(part)
  for (const { jobId, rows, predicted, invocations, throttles } of works) {
    const sums = tallies.get(jobId) ?? { invoked: 0, predicted: 0, invocations: 0, throttles: 0 }
    sums.invoked += rows
    sums.predicted += predicted
    sums.invocations += invocations
    sums.throttles += throttles
    tallies.set(jobId, sums)
  }
  return works
}

/**
 * The history of a result, from the first job to the one that writes it.
 *
 * @param below the jobs that it stands on, the newest first.
 */
export function historyOf(
  job: Job,
  below: readonly Job[],
  tallies: ReadonlyMap<JobId, LayerTally>,
): LayerHistory[] {
  return [job, ...below].toReversed().map((layer) => {
    const { jobId, spec, retryOf, createdAt, startedAt, endedAt } = layer
    const { invoked = 0, predicted = 0, invocations = 0, throttles = 0 } = tallies.get(jobId) ?? {}
    return {
      jobId,
      ...(retryOf?.reasons === undefined ? {} : { reasons: retryOf.reasons }),
      endpoint: spec.endpoint,
      rows: { invoked, predicted },
      invocations,
      throttles,
      times: {
        created: createdAt,
        ...(startedAt === undefined ? {} : { started: startedAt }),
        ...(endedAt === undefined || layer === job ? {} : { ended: endedAt }),
      },
    }
  })
}

/** What the tallies count of a part. */
export type CountedPart = Omit<ReadPart, 'batch' | 'expiresAt'>
