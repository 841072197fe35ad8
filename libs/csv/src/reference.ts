import { bytesOf, CR, type Dialect, LF } from './dialect.ts'

/** One row of a table: its bytes with the line end, without blank lines around it. */
export interface Row {
  readonly start: number
  readonly end: number
}

/**
 * The rows of a whole table, byte by byte. It is what the fast scanner is held to, so it is written
 * to be read: one state, no look-back.
 */
export function referenceRows(bytes: Uint8Array, dialect: Dialect): Row[] {
  const { delimiter, quote } = bytesOf(dialect)
  const rows: Row[] = []
  let state: 'field start' | 'unquoted' | 'quoted' | 'quote in quoted' = 'field start'
  let start = -1
  let at = 0
  while (at < bytes.length) {
    const byte = bytes[at]
    if (state !== 'quoted' && (byte === LF || byte === CR)) {
      at += byte === CR && bytes[at + 1] === LF ? 2 : 1
      if (start >= 0) rows.push({ start, end: at })
      start = -1
      state = 'field start'
      continue
    }
    if (start < 0) start = at
    if (state === 'quoted') state = byte === quote ? 'quote in quoted' : 'quoted'
    else if (byte === quote && state !== 'unquoted') state = 'quoted'
    else state = byte === delimiter ? 'field start' : 'unquoted'
    at += 1
  }
  if (start >= 0) rows.push({ start, end: at })
  return rows
}
