import type { Batch } from '@millrace/job'

/** All that the rows of one batch are written from. */
export interface BatchRows {
  readonly batch: Batch
  /** One line a row, joined by newlines; an empty line is a failed row. */
  readonly predictions: Buffer
  /** There when input columns are joined. `offsets` are the starts of the rows, then their end. */
  readonly input: { readonly bytes: Buffer; readonly offsets: Uint32Array } | undefined
}

/** Writes one file of a result: `begin`, rows in order, `end`. What it gives out may be empty. */
export interface ResultFormat {
  begin(): Buffer
  rows(rows: BatchRows): Buffer
  end(): Buffer
}

/** The predictions of a batch as texts, one for each row. */
export const linesOf = (predictions: Buffer): string[] => predictions.toString('utf8').split('\n')
