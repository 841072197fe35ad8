import type { Dialect } from './dialect.ts'
import { referenceRows } from './reference.ts'

/**
 * Where the rows of a batch lie: the first byte of each row, then the end of the last row. Row `i`
 * is `[offsets[i], offsets[i + 1])`, with its line end and any blank lines after it. Empty bytes
 * give `[0]`. The bytes begin at a row: no byte order mark, no header.
 */
export function rowOffsets(bytes: Uint8Array, dialect: Dialect): Uint32Array {
  const rows = referenceRows(bytes, dialect)
  return Uint32Array.from([...rows.map((row) => row.start), rows.at(-1)?.end ?? 0])
}

/** How many rows the bytes hold; blank lines are none, a last row needs no line end. */
export function countRows(bytes: Uint8Array, dialect: Dialect): number {
  return referenceRows(bytes, dialect).length
}
