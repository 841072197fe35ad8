import { type Documents, type JobId, lengthOf, type RowFailure, type RowRange } from '@millrace/job'
import type { PredictionLines } from '@millrace/predictions'

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
  /** The production variant that answered, or the last one of several. */
  readonly variant?: string
  /** All that answered, where there were several. */
  readonly variants?: readonly string[]
  /** Which delivery of the message recorded it, from 1. */
  readonly attempt: number
  readonly invocations: number
  readonly throttles: number
  readonly durationMs: number
  /** Seconds since the epoch. */
  readonly recordedAt: number
  /** Seconds since the epoch from which on the part no longer counts; DynamoDB removes it later. */
  readonly expiresAt?: number
  /** In a part of a retry: of which rows it is the answer; the others are those of the part below. */
  readonly retried?: { readonly rows: number; readonly mended: number }
  /** In a part of a retry: what the jobs below have done on this batch, the oldest first. */
  readonly earlier?: readonly PartWork[]
  /** What its worker has used since the part before, as numbers by name; the ledger only keeps it. */
  readonly spent?: Readonly<Record<string, number>>
}

/** A part as a reader finds it. */
export interface ReadPart extends Omit<Part, 'predictions'> {
  /** Its predictions, read: whoever decodes them knows their numbers. */
  readonly lines: PredictionLines
  /** Gives back the memory of the lines, which are not to be looked at any more. */
  release?(): void
}

/** Floats that were printed, for a part. */
export interface PrintedPart {
  readonly lines: PredictionLines
  /** SHA-256 (hexadecimal) of what the digest covers: its head, then the floats. */
  readonly digest: string
  /** Gives back the memory of the lines; to be called once. */
  release(): void
}

/** Prints the floats of some parts, somewhere else. They have been copied when it returns its promise. */
export type PrintParts = (
  parts: readonly { readonly floats: Buffer; readonly digestHead: string }[],
) => Promise<readonly PrintedPart[]>

/** What one job has done on a batch. */
export interface PartWork
  extends Pick<
    Part,
    | 'jobId'
    | 'variant'
    | 'variants'
    | 'attempt'
    | 'invocations'
    | 'throttles'
    | 'durationMs'
    | 'recordedAt'
  > {
  /** Rows that it was to have answered, and those of them that it has a prediction for. */
  readonly rows: number
  readonly predicted: number
}

/** The work that has gone into a part, by job, the oldest first; that of its own job is the last. */
export function workOf(part: Omit<Part, 'batch' | 'inputHash' | 'predictions'>): PartWork[] {
  const { jobId, variant, variants, attempt, invocations, throttles, durationMs, recordedAt } = part
  const rows = part.retried?.rows ?? lengthOf(part.rows)
  const predicted = part.retried?.mended ?? rows - part.failures.length
  const own = { jobId, rows, predicted, attempt, invocations, throttles, durationMs, recordedAt }
  const answered = {
    ...(variant === undefined ? {} : { variant }),
    ...(variants === undefined ? {} : { variants }),
  }
  return [...(part.earlier ?? []), { ...own, ...answered }]
}

/** The production variants that answered, as far as the endpoint has named them. */
export const variantsOf = ({
  variant,
  variants,
}: Pick<Part, 'variant' | 'variants'>): readonly string[] =>
  variants ?? (variant === undefined ? [] : [variant])

/** The documents of each job, for what is too large for an item. */
export type DocumentsOf = (jobId: JobId) => Pick<Documents, 'read'>

/** Which partitions the parts of a job lie in. */
export interface PartPlace {
  readonly jobId: JobId
  readonly partitions: number
}
