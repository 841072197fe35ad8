import type { Cut } from './cut.ts'
import { bytesOf, CR, type Dialect, LF } from './dialect.ts'

/** One row of a table: its bytes with the line end, without blank lines around it. */
export interface Row {
  readonly start: number
  readonly end: number
}

/**
 * The rows of a whole table, byte by byte. It is what the fast scanner is held to, so it is written
 * to be read: one state, no look-back. The bytes begin at a row.
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

/** The cuts of those rows: each takes rows as long as they fit. */
export function referenceCuts(rows: readonly Row[], rowsMax: number, bytesMax: number): Cut[] {
  const cuts: Cut[] = []
  let taken: Row[] = []
  const cut = () => {
    const [first, last] = [taken[0], taken.at(-1)]
    if (first === undefined || last === undefined) return
    cuts.push({ rows: taken.length, bytes: { start: first.start, end: last.end } })
    taken = []
  }
  for (const row of rows) {
    const start = taken[0]?.start ?? row.start
    if (taken.length === rowsMax || row.end - start > bytesMax) cut()
    taken.push(row)
  }
  cut()
  return cuts
}

/** Where the first quote is that RFC 4180 does not allow; lines from 1, all else from 0. */
export function firstFault(bytes: Uint8Array, dialect: Dialect) {
  const { delimiter, quote } = bytesOf(dialect)
  const isBreak = (byte: number | undefined) => byte === delimiter || byte === LF || byte === CR
  let state: 'field start' | 'unquoted' | 'quoted' | 'quote in quoted' = 'field start'
  let opened = -1
  for (const [at, byte] of bytes.entries()) {
    if (state === 'quoted') state = byte === quote ? 'quote in quoted' : 'quoted'
    else if (isBreak(byte)) state = 'field start'
    else if (byte === quote && state === 'unquoted') return placeOf(bytes, dialect, at)
    else if (byte === quote) {
      if (state === 'field start') opened = at
      state = 'quoted'
    } else if (state === 'quote in quoted') return placeOf(bytes, dialect, at)
    else state = 'unquoted'
  }
  return state === 'quoted' ? placeOf(bytes, dialect, opened) : undefined
}

function placeOf(bytes: Uint8Array, dialect: Dialect, byte: number) {
  const text = Buffer.from(bytes.subarray(0, byte)).toString('latin1')
  // A CR whose LF is the byte itself would be half a line end; no fault lies on an LF.
  const line = text.split(/\r\n|\r|\n/).length
  const row = referenceRows(bytes, dialect).findLastIndex(({ start }) => start <= byte)
  return { row, line, byte }
}
