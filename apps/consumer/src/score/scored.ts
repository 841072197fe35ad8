import type { Batch, RowFailure } from '@millrace/job'
import type { PartWork } from '@millrace/ledger'

/** The predictions of a batch: `rows` lines, an empty one for each row that failed. */
export interface Scored {
  readonly predictions: Buffer
  readonly failures: readonly RowFailure[]
  readonly inputHash: string
  readonly invocations: number
  readonly throttles: number
  /** How often rows were split. Default 0. */
  readonly bisections?: number
  readonly durationMs: number
  readonly variant?: string
  /** All that answered, where there were several. */
  readonly variants?: readonly string[]
  /** In a retry: of which rows this is the answer, and what the jobs below have done on the batch. */
  readonly retried?: { readonly rows: number; readonly mended: number }
  readonly earlier?: readonly PartWork[]
}

/** What is told of a part that was recorded. */
export interface PartFacts {
  readonly rows: number
  readonly failedRows: number
  readonly invocations: number
  readonly throttles: number
  readonly bisections: number
  readonly durationMs: number
  /** In a retry, the rows that were invoked again, and how many of them have a prediction now. */
  readonly retried?: { readonly rows: number; readonly mended: number }
}

export const factsOf = (batch: Batch, scored: Scored): PartFacts => ({
  rows: batch.rows.end - batch.rows.start,
  failedRows: scored.failures.length,
  invocations: scored.invocations,
  throttles: scored.throttles,
  bisections: scored.bisections ?? 0,
  durationMs: scored.durationMs,
  ...(scored.retried === undefined ? {} : { retried: scored.retried }),
})
