import { bytesOf, CR, type Dialect, LF } from './dialect.ts'

/**
 * True when the quote of a row's last field was never closed: whatever is written behind the row would be
 * text in it. Only the last row of an object can be so.
 */
export function endsInQuotes(row: Uint8Array, dialect: Dialect): boolean {
  const { delimiter, quote } = bytesOf(dialect)
  let state: 'field start' | 'unquoted' | 'quoted' | 'quote in quoted' = 'field start'
  for (let at = 0; at < row.length; at += 1) {
    const byte = row[at]
    if (state === 'quoted') state = byte === quote ? 'quote in quoted' : 'quoted'
    else if (byte === quote && state !== 'unquoted') state = 'quoted'
    else state = byte === delimiter || byte === LF || byte === CR ? 'field start' : 'unquoted'
  }
  return state === 'quoted'
}
