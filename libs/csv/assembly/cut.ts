import { crLfRun, lfRun, quotedRun, runLastRow, runRows } from './runs'
import { ALL, BLOCK, lineEnds, lowest, nextLines, restart } from './structure'

/*
 * Cuts an object into ranges of whole rows. Positions are bytes from the start of the object.
 *
 *        cutStart        lastEnd   rowStart
 *           |               |         |
 *   ────────[ row ][ row ]..[ blank ..[ row that is open ...
 *
 * `begun` counts the rows from `cutStart` on, the open one among them. Most blocks neither fill the
 * cut nor hold a blank line: there a row ends wherever one begins, and it is enough to count them
 * and to remember the last place. All others go through `takeLines`, line by line.
 */

let rowsMax: i64 = 1
let bytesMax: i64 = 1
/** True until the end of the header row. */
let inHeader: bool = false
let begun: i64 = 0
let isOpen: bool = false
let cutStart: i64 = 0
let lastEnd: i64 = 0
let rowStart: i64 = 0
/** Where the next cut is written, as three f64: rows, start, end. */
let out: usize = 0

const CUT_BYTES: usize = 24
/** A block holds at most 33 row ends, and each makes at most two cuts. */
const CUTS_PER_BLOCK_MAX: usize = 66

/** Begins an object. `delimiter` and `quote` are bytes, or -1 for none. */
export function beginCuts(delimiter: i32, quote: i32, rows: f64, bytes: f64, header: bool): void {
  restart(delimiter, quote)
  rowsMax = <i64>rows
  bytesMax = <i64>bytes
  inHeader = header
  begun = 0
  isOpen = false
}

/**
 * Scans `length` bytes at `at`, which stand at `position` in the object, and writes the cuts that
 * end there. Answers how many bytes it scanned: fewer when the room between `outAt` and `outEnd` is
 * used up. Reads, and ignores, up to 63 bytes more.
 */
export function scanCuts(at: usize, length: u32, position: f64, outAt: usize, outEnd: usize): u32 {
  const base = <i64>position
  const room = outEnd - CUTS_PER_BLOCK_MAX * CUT_BYTES
  const whole = length & ~(BLOCK - 1)
  out = outAt
  let i: u32 = 0
  let stretch = BLOCK
  while (i < whole) {
    i = scanBlocks(at, i, min<u32>(whole, i + stretch), base, room)
    if (out > room) return i
    const before = i
    i = scanRuns(at, i, whole, base)
    // What ends a run comes in stretches: after one, do not try again at once.
    stretch = i > before ? BLOCK : min<u32>(stretch << 1, STRETCH_MAX)
  }
  if (i == length) return i
  const begins = nextLines(at + i, ALL >> (BLOCK - (length - i)), length - i - 1)
  takeLines(begins, begins & ~lineEnds, base + <i64>i)
  return length
}

const STRETCH_MAX: u32 = 64 * BLOCK

/** Scans blocks of any kind, up to `stop` or until there is no room for another one's cuts. */
function scanBlocks(at: usize, from: u32, stop: u32, base: i64, room: usize): u32 {
  let limit = plainLimit(base)
  let i = from
  while (i < stop) {
    const begins = nextLines(at + i, ALL, BLOCK - 1)
    const rows = <i64>popcnt(begins)
    const isPlain = i32(<i64>i < limit) & i32(begun + rows < rowsMax)
    i += BLOCK
    if (isPlain & i32((begins & lineEnds) == 0)) {
      takePlain(rows, base + <i64>i - 1 - <i64>clz(begins))
      continue
    }
    takeLines(begins, begins & ~lineEnds, base + <i64>i - BLOCK)
    limit = plainLimit(base)
    if (out > room) break
  }
  return i
}

/** Scans what can be scanned in runs: bytes in which no cut ends. */
function scanRuns(at: usize, from: u32, whole: u32, base: i64): u32 {
  const stop = min<i64>(<i64>whole, plainLimit(base))
  if (stop <= <i64>from) return from
  const end = at + <usize>stop
  const left = rowsMax - begun
  let p = lfRun(at + from, end, left)
  if (p == at + from) p = quotedRun(p, end, left)
  if (p == at + from) p = crLfRun(p, end, left)
  takePlain(runRows, base + <i64>(runLastRow - at))
  return <u32>(p - at)
}

/** Takes `rows` rows, the last of which begins at `last`, each where the one before ended. */
// @ts-ignore: decorator
@inline
function takePlain(rows: i64, last: i64): void {
  begun += rows
  rowStart = select<i64>(last, rowStart, rows != 0)
  lastEnd = select<i64>(last, lastEnd, rows != 0)
}

/** The object ends at `position`: writes its last cuts, two at most. */
export function endCuts(position: f64, outAt: usize): void {
  out = outAt
  if (isOpen) endRow(<i64>position)
  if (begun > 0) emit(begun, lastEnd)
  begun = 0
}

/** Where the cuts end that were written last. */
export function cutsEnd(): usize {
  return out
}

/** Blocks that begin before this (from `base` on) end no cut for its bytes. */
function plainLimit(base: i64): i64 {
  return isOpen && !inHeader ? cutStart + bytesMax - base - 63 : 0
}

function takeLines(begins: u64, rows: u64, base: i64): void {
  for (let left = begins; left != 0; left &= left - 1) {
    const at = base + <i64>ctz(left)
    if (isOpen) endRow(at)
    if (rows & lowest(left)) beginRow(at)
  }
}

function beginRow(at: i64): void {
  isOpen = true
  rowStart = at
  if (begun == 0) cutStart = at
  begun += 1
}

function endRow(end: i64): void {
  isOpen = false
  if (inHeader) {
    inHeader = false
    begun = 0
    return
  }
  if (begun > 1 && end - cutStart > bytesMax) {
    emit(begun - 1, lastEnd)
    cutStart = rowStart
    begun = 1
  }
  lastEnd = end
  if (begun < rowsMax && end - cutStart < bytesMax) return
  emit(begun, end)
  begun = 0
}

function emit(rows: i64, end: i64): void {
  store<f64>(out, <f64>rows)
  store<f64>(out, <f64>cutStart, 8)
  store<f64>(out, <f64>end, 16)
  out += CUT_BYTES
}
