import type { Batch } from '@millrace/job'
import type { PredictionLines } from '@millrace/predictions'

/** All that the rows of one batch are written from. */
export interface BatchRows {
  readonly batch: Batch
  readonly lines: PredictionLines
  /** There when input columns are joined. `offsets` are the starts of the rows, then their end. */
  readonly input: { readonly bytes: Buffer; readonly offsets: Uint32Array } | undefined
}

/**
 * Writes one file of a result: `begin`, rows in order, `end`. What it gives out may be empty, and is to be
 * copied before anything is awaited: it may lie in memory that others use too.
 */
export interface ResultFormat {
  /** @param first the rows that will follow first; nothing when none will. */
  begin(first?: BatchRows): Buffer
  rows(rows: BatchRows): Buffer
  end(): Buffer
}

/** The predictions of a batch as texts, one for each row. */
export const textsOf = ({ text }: Pick<PredictionLines, 'text'>): string[] =>
  text.toString('utf8').split('\n')
