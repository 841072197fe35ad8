import { climbProgress, type ClimbingJob } from './climb-progress.ts'
import type { Ledger } from '../table/ledger.ts'
import { FAN_OUT, itemOf } from './progress-tree.ts'

/** A batch that is done, and how many of its rows failed. */
export interface BatchMark {
  readonly batch: number
  readonly failedRows: number
}

/**
 * Marks many batches as done, which come in ascending order: one write for those that share an item.
 * Repeating it changes nothing. Whether the job is then complete, settling tells.
 */
export async function markBatches(
  ledger: Ledger,
  job: ClimbingJob,
  marks: AsyncIterable<BatchMark>,
  signal: AbortSignal,
): Promise<void> {
  let together: BatchMark[] = []
  const write = async (): Promise<void> => {
    const [first] = together
    if (first === undefined) return
    const elements = together.map(({ batch, failedRows }) => ({ element: batch, failedRows }))
    await climbProgress(ledger, job, itemOf(first.batch), elements, FAN_OUT, signal)
    together = []
  }
  for await (const mark of marks) {
    if (itemOf(mark.batch) !== itemOf(together[0]?.batch ?? mark.batch)) await write()
    together.push(mark)
  }
  await write()
}
