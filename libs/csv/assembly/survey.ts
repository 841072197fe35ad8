import {
  ALL,
  BLOCK,
  breaksOf,
  delimiterMask,
  insideOf,
  lineEnds,
  lowest,
  nextLines,
  nextLinesOnly,
  restart,
} from './structure'

/*
 * Looks over the rows of a batch: how many there are, where they begin, which of them have not the
 * table's width, and whether there are blank lines.
 */

let width: u32 = 0
let rows: u32 = 0
let lines: u32 = 0
let delimiters: u32 = 0
let isOpen: bool = false
let lastEnd: u32 = 0
let out: usize = 0

/** Begins a batch. With a `width` of 0, fields are not counted and no row is odd. */
export function beginSurvey(delimiter: i32, quote: i32, fields: u32): void {
  restart(delimiter, quote)
  width = fields
  rows = 0
  lines = 0
  delimiters = 0
  isOpen = false
  lastEnd = 0
}

/**
 * Goes over `length` bytes at `at`, and writes each odd row as two u32: its index and its fields.
 * Answers how many bytes it read: fewer when the room between `outAt` and `outEnd` is used up.
 */
export function survey(at: usize, length: u32, outAt: usize, outEnd: usize): u32 {
  const room = outEnd - 64 * 8
  out = outAt
  let i: u32 = 0
  while (i < length) {
    const n = min<u32>(BLOCK, length - i)
    const valid = ALL >> (BLOCK - n)
    const begins = nextLines(at + i, valid, n - 1)
    const delims = width == 0 ? 0 : delimitersOf() & valid
    const rowBegins = begins & ~lineEnds
    lines += <u32>popcnt(begins)
    i += n
    if (begins == 0) delimiters += <u32>popcnt(delims)
    else countFields(begins, rowBegins, delims)
    if (out > room) break
  }
  return i
}

/** Delimiters outside quotes: what ends a field and no line. */
// @ts-ignore: decorator
@inline
function delimitersOf(): u64 {
  return breaksOf & ~lineEnds & ~insideOf & delimiterMask
}

function countFields(begins: u64, rowBegins: u64, delims: u64): void {
  let rest = delims
  for (let left = begins; left != 0; left &= left - 1) {
    const bit = lowest(left)
    const before = rest & (bit - 1)
    delimiters += <u32>popcnt(before)
    rest ^= before
    if (isOpen) endRow()
    isOpen = (rowBegins & bit) != 0
    rows += u32(isOpen)
  }
  delimiters += <u32>popcnt(rest)
}

function endRow(): void {
  const fields = delimiters + 1
  delimiters = 0
  if (width == 0 || fields == width) return
  store<u32>(out, rows - 1)
  store<u32>(out, fields, 4)
  out += 8
}

/** The batch ends: writes the last row if it is odd. */
export function endSurvey(outAt: usize): void {
  out = outAt
  if (isOpen) endRow()
  isOpen = false
}

export function surveyEnd(): usize {
  return out
}

export function surveyRows(): u32 {
  return rows
}

/** Lines that are no rows. */
export function surveyBlankLines(): u32 {
  return lines - rows
}

/**
 * Writes where rows begin, as u32 from `position` on; the same rules as `survey`. The last row ends
 * at `rowsEnd` if it is closed.
 */
export function findRows(at: usize, length: u32, position: u32, outAt: usize, outEnd: usize): u32 {
  const room = outEnd - 64 * 4
  out = outAt
  let i: u32 = 0
  while (i < length) {
    const n = min<u32>(BLOCK, length - i)
    const begins = nextLinesOnly(at + i, ALL >> (BLOCK - n), n - 1)
    const rowBegins = begins & ~lineEnds
    const base = position + i
    for (let left = rowBegins; left != 0; left &= left - 1) {
      store<u32>(out, base + <u32>ctz(left))
      out += 4
    }
    if (begins != 0) closeRow(begins, rowBegins, base)
    i += n
    if (out > room) break
  }
  return i
}

/** Keeps where the last row that is closed ended: where the first line after its beginning begins. */
function closeRow(begins: u64, rowBegins: u64, base: u32): void {
  if (rowBegins == 0) {
    if (isOpen) lastEnd = base + <u32>ctz(begins)
    isOpen = false
    return
  }
  const lastRow = 63 - <u32>clz(rowBegins)
  const after = (begins >> lastRow) >> 1
  isOpen = after == 0
  if (!isOpen) lastEnd = base + lastRow + 1 + <u32>ctz(after)
}

/** Where the last row ends, or 0xFFFFFFFF when it is still open. */
export function rowsEnd(): u32 {
  return isOpen ? 0xffffffff : lastEnd
}
