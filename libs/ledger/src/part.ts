import type { JobId, RowFailure, RowRange } from '@millrace/job'

/** The stored answer to one batch: written once, by whoever is first, and never changed. */
export interface Part {
  readonly jobId: JobId
  readonly batch: number
  readonly rows: RowRange
  /** One line a row, joined by newlines, in the endpoint's own words; an empty line is a failed row. */
  readonly predictions: Buffer
  /** One for each empty line, in row order. */
  readonly failures: readonly RowFailure[]
  /** SHA-256 (hexadecimal) of the input bytes of the rows. */
  readonly inputHash: string
  /** The production variant that answered. */
  readonly variant?: string
  /** Which delivery of the message recorded it, from 1. */
  readonly attempt: number
  readonly invocations: number
  readonly throttles: number
  readonly durationMs: number
  /** Seconds since the epoch. */
  readonly recordedAt: number
  /** Seconds since the epoch from which on the part no longer counts; DynamoDB removes it later. */
  readonly expiresAt?: number
}

/** Which partitions the parts of a job lie in. */
export interface PartPlace {
  readonly jobId: JobId
  readonly partitions: number
}
