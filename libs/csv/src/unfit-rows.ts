import { type Dialect, jsonLines } from './dialect.ts'
import { malformedLines } from './json-lines.ts'
import { type OddRow, oddRows, widthText } from './survey.ts'

/** A row that the model must not see: one of them has most containers refuse the whole request, or answer wrong numbers. */
export interface UnfitRow {
  /** Index within the bytes given, from 0; a blank line is no row. */
  readonly row: number
  readonly code: 'row_malformed' | 'row_width'
  /** What is wrong with it. */
  readonly message: string
}

/**
 * The rows that the model must not see, in order: of another width than the table, or no JSON where they are
 * JSON lines.
 *
 * @param odd those of another width, where the bytes were looked over already.
 */
export function unfitRows(
  bytes: Uint8Array,
  dialect: Dialect,
  width: number,
  odd?: readonly OddRow[],
): readonly UnfitRow[] {
  if (dialect.delimiter === jsonLines.delimiter) {
    return malformedLines(bytes).map(({ row, problem }) => ({
      row,
      code: 'row_malformed',
      message: problem,
    }))
  }
  return (odd ?? oddRows(bytes, dialect, width)).map(({ row, fields }) => ({
    row,
    code: 'row_width',
    message: widthText(fields, width),
  }))
}
