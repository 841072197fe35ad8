import type { Dialect } from './dialect.ts'
import { fieldRanges } from './fields.ts'
import { referenceRows } from './reference.ts'

/** A row with another number of fields than the table's width. */
export interface OddRow {
  /** Index within the bytes given, from 0. */
  readonly row: number
  /** How many fields it has. */
  readonly fields: number
}

/**
 * The rows of a batch whose number of fields differs from `width`, in order. They are row failures:
 * with too few columns the XGBoost container answers 200 and wrong numbers, with too many it refuses
 * the whole request.
 */
export function oddRows(bytes: Uint8Array, dialect: Dialect, width: number): readonly OddRow[] {
  return referenceRows(bytes, dialect).flatMap(({ start, end }, row) => {
    const fields = fieldRanges(bytes.subarray(start, end), dialect).length
    return fields === width ? [] : [{ row, fields }]
  })
}
