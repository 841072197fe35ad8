import { isWanted, type Job, type JobId } from '@millrace/job'
import type { BatchMark, LayeredProgress, Part } from '@millrace/ledger'

export interface Deps {
  /** What is recorded by several jobs together, the newest first. */
  progress(layers: readonly JobId[], signal: AbortSignal): Promise<LayeredProgress>
  /** The newest part of a batch among those of the jobs that the retry stands on. */
  below(job: Job, batch: number, signal: AbortSignal): Promise<Part | undefined>
  /** Marks batches of the job as done; they come in ascending order. */
  mark(job: Job, marks: AsyncIterable<BatchMark>, signal: AbortSignal): Promise<void>
}

/**
 * Marks the batches of a retry as done that stay as they are: those of which no row failed for a wanted
 * reason. What is left is published, as of any job. Repeating it is harmless, since what has ended does
 * not change; a part that was recorded after the retry was made (an invocation under way when its job was
 * cancelled) is left to the retry, whose consumers may have missed it.
 */
export async function inheritBatches(deps: Deps, job: Job, signal: AbortSignal): Promise<void> {
  const { retryOf } = job
  if (retryOf === undefined) return
  const { done, failedRows } = await deps.progress(retryOf.layers, signal)
  const own = await deps.progress([job.jobId], signal)

  const isToDo = async (batch: number): Promise<boolean> => {
    if (!failedRows.has(batch)) return false
    if (retryOf.reasons === undefined) return true
    const part = await deps.below(job, batch, signal)
    if (part === undefined || part.recordedAt >= job.createdAt) return true
    return part.failures.some(({ code }) => isWanted(retryOf, code))
  }
  async function* marks(): AsyncGenerator<BatchMark> {
    for (let batch = 0, seen = 0; seen < done.size; batch += 1) {
      if (!done.has(batch)) continue
      seen += 1
      if (own.done.has(batch) || (await isToDo(batch))) continue
      yield { batch, failedRows: failedRows.get(batch) ?? 0 }
    }
  }
  await deps.mark(job, marks(), signal)
}
