import { bytesOf, CR, type Dialect, LF } from './dialect.ts'

/** Bytes `[start, end)` of a row. */
export interface FieldRange {
  readonly start: number
  readonly end: number
}

/**
 * The texts of a row's fields, unquoted, read as UTF-8 (what is not UTF-8 becomes U+FFFD). Reads up
 * to the row's end, so a line end or blank lines after it do no harm. An empty row has one empty
 * field.
 */
export function parseFields(row: Uint8Array, dialect: Dialect): string[] {
  const { quote } = bytesOf(dialect)
  return fieldRanges(row, dialect).map(({ start, end }) => {
    const raw = row.subarray(start, end)
    return UTF8.decode(raw[0] === quote ? unquoted(raw, quote) : raw)
  })
}

/** Where the fields of a row lie, quotes included, delimiters and line end excluded. */
export function fieldRanges(row: Uint8Array, dialect: Dialect): FieldRange[] {
  const { delimiter, quote } = bytesOf(dialect)
  const fields: FieldRange[] = []
  let state: 'field start' | 'unquoted' | 'quoted' | 'quote in quoted' = 'field start'
  let start = 0
  let at = 0
  for (; at < row.length; at += 1) {
    const byte = row[at]
    if (state === 'quoted') state = byte === quote ? 'quote in quoted' : 'quoted'
    else if (byte === LF || byte === CR) break
    else if (byte === quote && state !== 'unquoted') state = 'quoted'
    else if (byte === delimiter) {
      fields.push({ start, end: at })
      start = at + 1
      state = 'field start'
    } else state = 'unquoted'
  }
  fields.push({ start, end: at })
  return fields
}

/** What follows the closing quote is kept as it stands, as CPython's `csv` does. */
function unquoted(raw: Uint8Array, quote: number): Uint8Array {
  const text = new Uint8Array(raw.length)
  let length = 0
  let state: 'quoted' | 'quote in quoted' | 'unquoted' = 'quoted'
  for (const byte of raw.subarray(1)) {
    if (state === 'quoted' && byte === quote) {
      state = 'quote in quoted'
      continue
    }
    if (state === 'quote in quoted') state = byte === quote ? 'quoted' : 'unquoted'
    text[length] = byte
    length += 1
  }
  return text.subarray(0, length)
}

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true })
