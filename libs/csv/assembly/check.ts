import {
  ALL,
  BLOCK,
  breaksOf,
  clearStrays,
  crVector,
  inside,
  insideOf,
  lfVector,
  lineEnds,
  matches,
  nextLines,
  quotesOf,
  restart,
  strays,
} from './structure'

/*
 * The strict check: finds the first quote that RFC 4180 does not allow, and where it is. It keeps
 * its own structure, so it runs in an instance of its own, beside the one that cuts.
 */

export const WELL_FORMED: i32 = 0
export const STRAY_QUOTE: i32 = 1
export const TEXT_AFTER_QUOTE: i32 = 2
export const UNCLOSED_QUOTE: i32 = 3

/** 1 when the byte before the block closed a quoted field, or is the first of a doubled quote. */
let afterClosing: u64 = 0
/** Rows and line ends before the block. A CRLF ends one line, also inside quotes. */
let rows: f64 = 0
let lines: f64 = 0
let afterRawCr: u64 = 0
/** Where the last quoted field opened. */
let openedAt: f64 = 0
let openedRow: f64 = 0
let openedLine: f64 = 0
/** Where the fault is that was found. */
let faultAt: f64 = 0
let faultRow: f64 = 0
let faultLine: f64 = 0

export function beginCheck(delimiter: i32, quote: i32): void {
  restart(delimiter, quote)
  afterClosing = 0
  rows = 0
  lines = 0
  afterRawCr = 0
}

/** Checks `length` bytes at `at`, which stand at `position`. Answers what is wrong with them. */
export function check(at: usize, length: u32, position: f64): i32 {
  for (let i: u32 = 0; i < length; i += BLOCK) {
    const n = min<u32>(BLOCK, length - i)
    const found = checkBlock(at + i, ALL >> (BLOCK - n), n - 1, position + <f64>i)
    if (found != WELL_FORMED) return found
  }
  return WELL_FORMED
}

/** The object has ended. */
export function endCheck(): i32 {
  if (!inside) return WELL_FORMED
  faultAt = openedAt
  faultRow = openedRow
  faultLine = openedLine
  return UNCLOSED_QUOTE
}

export function faultByte(): f64 {
  return faultAt
}

/** From 0, header included. */
export function faultRowIndex(): f64 {
  return faultRow
}

/** From 1. */
export function faultLineNumber(): f64 {
  return faultLine
}

function checkBlock(at: usize, valid: u64, last: u64, position: f64): i32 {
  clearStrays()
  const rowBegins = nextLines(at, valid, last) & ~lineEnds
  const opening = quotesOf & insideOf & ~((quotesOf << 1) | afterClosing)
  const closing = quotesOf & ~insideOf & ~strays
  const text = ((closing << 1) | afterClosing) & ~(breaksOf | quotesOf) & valid
  const newLines = rawLineEnds(at, valid, last)
  const faults = strays | text
  if (faults) {
    const bit = ctz(faults)
    faultAt = position + <f64>bit
    faultRow = rows + <f64>popcnt(rowBegins & upTo(bit)) - 1
    faultLine = lines + <f64>popcnt(newLines & before(bit)) + 1
    return (strays >> bit) & 1 ? STRAY_QUOTE : TEXT_AFTER_QUOTE
  }
  if (opening) {
    const bit = 63 - clz(opening)
    openedAt = position + <f64>bit
    openedRow = rows + <f64>popcnt(rowBegins & upTo(bit)) - 1
    openedLine = lines + <f64>popcnt(newLines & before(bit)) + 1
  }
  rows += <f64>popcnt(rowBegins)
  lines += <f64>popcnt(newLines)
  afterClosing = (closing >> last) & 1
  return WELL_FORMED
}

/** CRs, and LFs that do not follow one. */
function rawLineEnds(at: usize, valid: u64, last: u64): u64 {
  const a = v128.load(at)
  const b = v128.load(at, 16)
  const c = v128.load(at, 32)
  const d = v128.load(at, 48)
  const crs = matches(a, b, c, d, crVector) & valid
  const lfs = matches(a, b, c, d, lfVector) & valid & ~((crs << 1) | afterRawCr)
  afterRawCr = (crs >> last) & 1
  return crs | lfs
}

function before(bit: u64): u64 {
  return ((<u64>1) << bit) - 1
}

function upTo(bit: u64): u64 {
  return ALL >> (63 - bit)
}
