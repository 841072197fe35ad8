import { NOTE_BYTES, ODD, run, STRETCH, writeNote } from './runs'
import { ALL, BLOCK, lineEnds, lowest, nextLines, nextLinesOnly, packed, restart, unpack } from './structure'

/*
 * Cuts an object into ranges of whole rows. Positions are bytes from the start of the object.
 *
 *        cutStart        lastEnd   rowStart
 *           |               |         |
 *   ────────[ row ][ row ]..[ blank ..[ row that is open ...
 *
 * `begun` counts the rows from `cutStart` on, the open one among them. Most blocks neither fill the
 * cut nor hold a blank line: there a row ends wherever one begins, and it is enough to count them
 * and to remember the last place. All others go through `takeLines`, line by line. Most blocks are not
 * even looked at: their stretch has a note that tells how many rows begin in it.
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
/**
 * Where the last row begins is looked up only when it is asked for: until then the stretch that it begins in, which
 * is 0 where there is nothing to look up, the state before that, and where its first byte stands in the object.
 */
let lastStretch: usize = 0
let lastStretchState: u32 = 0
let lastStretchBase: i64 = 0
/** Where the next cut is written, as three f64: rows, start, end. */
let out: usize = 0
/** The notes of the piece, and up to which byte of it there are any. */
let notes: usize = 0
let notedTo: u32 = 0

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
  lastStretch = 0
}

/**
 * Scans a piece of `length` bytes at `at`, which stand at `position` in the object, from its byte `from`
 * on, and writes the cuts that end there. Answers up to where it scanned: not to the end when the room
 * between `outAt` and `outEnd` is used up. Reads, and ignores, up to 63 bytes more.
 *
 * Of the first `noted` bytes there are notes at `notesAt`; of the others it makes its own there. Notes are
 * made from a state that may have been guessed: where the state is another one, they do not count.
 */
export function scanCuts(
  at: usize,
  from: u32,
  length: u32,
  position: f64,
  notesAt: usize,
  noted: u32,
  outAt: usize,
  outEnd: usize,
): u32 {
  const base = <i64>position
  const room = outEnd - CUTS_PER_BLOCK_MAX * CUT_BYTES
  const whole = length & ~(BLOCK - 1)
  out = outAt
  notes = notesAt
  if (from == 0) notedTo = noted
  let stride = STRETCH
  let i = from
  while (i < whole) {
    if (i >= notedTo) takeNotes(at, i, length)
    // What ends a run comes in swarms: after one, do not try again at once.
    stride = i < notedTo ? STRETCH : min<u32>(stride << 1, STRIDE_MAX)
    i = passStretches(at, i, base)
    i = scanBlocks(at, i, min<u32>(whole, (i + stride) & ~(STRETCH - 1)), base, room)
    if (out > room) break
  }
  findLast() // While the bytes are there.
  if (i == length || out > room) return i
  const begins = nextLines(at + i, ALL >> (BLOCK - (length - i)), length - i - 1)
  takeLines(begins, begins & ~lineEnds, base + <i64>i)
  return length
}

const STRIDE_MAX: u32 = 4 * STRETCH

function noteBefore(i: u32): usize {
  return notes + <usize>(i / STRETCH) * NOTE_BYTES
}

/** Makes notes of the run that begins at `i`, if there is one. */
function takeNotes(at: usize, i: u32, length: u32): void {
  if (i & (STRETCH - 1)) return
  const state = packed()
  writeNote(noteBefore(i), 0, state)
  notedTo = <u32>(run(at + i, at + length, noteBefore(i) + NOTE_BYTES) - at)
  unpack(state)
}

/** Passes over stretches in which no cut ends, by their notes. Answers where it stopped. */
function passStretches(at: usize, from: u32, base: i64): u32 {
  if (from & (STRETCH - 1)) return from
  // The last block of each must begin before the limit.
  const stop = <u32>max<i64>(0, min<i64>(notedTo, plainLimit(base) + BLOCK - 1))
  let note = noteBefore(from)
  let state = packed()
  let last: u32 = 0
  let lastState = state
  let rows: i64 = 0
  let i = from
  for (; i + STRETCH <= stop; i += STRETCH) {
    const begins = load<u32>(note, NOTE_BYTES)
    if (i32(load<u32>(note, 4) != state) | i32(begins == ODD)) break
    if (begun + rows + begins >= rowsMax) break
    if (begins) {
      last = i
      lastState = state
    }
    rows += begins
    note += NOTE_BYTES
    state = load<u32>(note, 4)
  }
  if (rows) {
    begun += rows
    lastStretch = at + last
    lastStretchState = lastState
    lastStretchBase = base + <i64>last
  }
  unpack(state)
  return i
}

/** Looks up where the last row begins, if that is not known. */
function findLast(): void {
  if (lastStretch == 0) return
  const state = packed()
  unpack(lastStretchState)
  for (let i: u32 = 0; i < STRETCH; i += BLOCK) {
    const begins = nextLinesOnly(lastStretch + i, ALL, BLOCK - 1)
    if (begins) rowStart = lastStretchBase + <i64>i + 63 - <i64>clz(begins)
  }
  lastEnd = rowStart
  lastStretch = 0
  unpack(state)
}

/** Scans blocks of any kind, up to `stop` or until there is no room for another one's cuts. */
function scanBlocks(at: usize, from: u32, stop: u32, base: i64, room: usize): u32 {
  let limit = plainLimit(base)
  let i = from
  while (i < stop) {
    const begins = nextLinesOnly(at + i, ALL, BLOCK - 1)
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

/** Takes `rows` rows, the last of which begins at `last`, each where the one before ended. */
// @ts-ignore: decorator
@inline
function takePlain(rows: i64, last: i64): void {
  begun += rows
  rowStart = select<i64>(last, rowStart, rows != 0)
  lastEnd = select<i64>(last, lastEnd, rows != 0)
  lastStretch = select<usize>(0, lastStretch, rows != 0)
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

/** Where the row begins that has not ended yet; -1 where none is open. */
export function openRowStart(): f64 {
  return isOpen ? <f64>rowStart : -1
}

/** How many rows were begun since the last cut before the one that is open; -1 for a header. */
export function openRowIndex(): f64 {
  return inHeader ? -1 : <f64>(begun - 1)
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
    findLast()
    emit(begun - 1, lastEnd)
    cutStart = rowStart
    begun = 1
  }
  lastEnd = end
  lastStretch = 0
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
