import type { ByteRange, RowRange } from './range.ts'

/** One row range of a job: one message, one part. Rows of a batch lie in one object. */
export interface Batch {
  /** Counted from 0 in row order. */
  readonly batch: number
  readonly rows: RowRange
  readonly bytes: ByteRange
  /** Which of the dataset's objects the bytes lie in, counted from 0. */
  readonly object: number
}

/** A row that has no prediction, and why. It is a fact of the job's result, not an exception. */
export interface RowFailure {
  /** Counted from 0 over the whole dataset. */
  readonly row: number
  readonly code: string
  /** In the endpoint's own words, cut at `limits.failureMessageCharsMax`. */
  readonly message: string
}
