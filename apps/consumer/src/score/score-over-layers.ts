import { type Batch, isWanted, type Job } from '@millrace/job'
import type { Part } from '@millrace/ledger'
import { mergePart } from './merge-part.ts'
import type { OpenJob } from '../job/open-job.ts'
import type { Scored } from './scored.ts'

export interface Deps {
  /** The newest part of the batch among those of the jobs that a retry stands on. */
  below(job: Job, batch: number, signal: AbortSignal): Promise<Part | undefined>
  /** Scores the rows of a batch, or only some, by their index in it. */
  scoreRows(
    open: OpenJob,
    batch: Batch,
    attempt: number,
    signal: AbortSignal,
    only?: ReadonlySet<number>,
  ): Promise<Scored>
}

/**
 * Scores a batch of a job, or of a retry: then only the rows that failed for a wanted reason, between
 * the answers that there are. A batch that nobody has recorded is scored whole.
 */
export async function scoreOverLayers(
  deps: Deps,
  open: OpenJob,
  batch: Batch,
  attempt: number,
  signal: AbortSignal,
): Promise<Scored> {
  const { retryOf } = open.job
  const below = retryOf === undefined ? undefined : await deps.below(open.job, batch.batch, signal)
  if (retryOf === undefined || below === undefined) {
    return await deps.scoreRows(open, batch, attempt, signal)
  }
  const failed = below.failures.filter(({ code }) => isWanted(retryOf, code))
  const wanted = new Set(failed.map(({ row }) => row - below.rows.start))
  return mergePart(below, wanted, await deps.scoreRows(open, batch, attempt, signal, wanted))
}
