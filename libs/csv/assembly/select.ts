import {
  ALL,
  BLOCK,
  CR,
  LF,
  breaksOf,
  delimiterVector,
  insideOf,
  lineEnds,
  nextLines,
  quoteVector,
  restart,
} from './structure'

/*
 * Writes the kept columns of a batch. Everything lies in memory: the batch at `at`, then 64 bytes
 * that are read and ignored. Fields are copied 16 bytes at a time, so up to 15 bytes are written
 * beyond the output, and read beyond the batch.
 */

let input: usize = 0
let inputEnd: usize = 0
let output: usize = 0
let width: u32 = 0
/** Kept columns as u32 in their new order; none keeps rows as they are. */
let kept: usize = 0
let keptCount: u32 = 0
/** Rows to leave out, as u32 in ascending order. */
let dropped: usize = 0
let droppedEnd: usize = 0
/** Where the fields of the open row end, as u32 addresses; `width + 1` of them. */
let ends: usize = 0
let fields: u32 = 0
let row: u32 = 0
let rowStart: usize = 0

/** Where things lie. `-1` for the delimiter or quote is none, as in `restart`. */
export function beginSelect(
  delimiter: i32,
  quote: i32,
  fieldsOfRow: u32,
  endsAt: usize,
  keptAt: usize,
  keptColumns: u32,
  droppedAt: usize,
  droppedRows: u32,
): void {
  restart(delimiter, quote)
  width = fieldsOfRow
  ends = endsAt
  kept = keptAt
  keptCount = keptColumns
  dropped = droppedAt
  droppedEnd = droppedAt + (<usize>droppedRows << 2)
}

/** Selects `length` bytes at `at` to `outAt`. Answers false at a row that has not the width. */
export function select(at: usize, length: u32, outAt: usize): bool {
  input = at
  inputEnd = at + length
  output = outAt
  row = 0
  rowStart = at
  fields = 0
  for (let i: u32 = 0; i < length; i += BLOCK) {
    const n = min<u32>(BLOCK, length - i)
    const valid = ALL >> (BLOCK - n)
    nextLines(at + i, valid, n - 1)
    for (let left = breaksOf & valid & ~insideOf; left != 0; left &= left - 1) {
      const p = at + i + <u32>ctz(left)
      if ((lineEnds >> ctz(left)) & 1) {
        if (!takeLine(p)) return false
      } else if (keptCount) endField(p)
    }
  }
  return rowStart >= inputEnd || endRow(inputEnd, inputEnd)
}

/** Where the output ends. */
export function selectedEnd(): usize {
  return output
}

/** The row that has not the width: its index, where it begins, and its fields. */
export function misfitRow(): u32 {
  return row
}

export function misfitStart(): usize {
  return rowStart
}

export function misfitFields(): u32 {
  return fields
}

/** A line ends at `p`, by an LF or a CR. The LF of a CRLF is met again: it lies before `rowStart`. */
function takeLine(p: usize): bool {
  if (p < rowStart) return true
  const isCrLf = load<u8>(p) == CR && p + 1 < inputEnd && load<u8>(p + 1) == LF
  const next = p + 1 + usize(isCrLf)
  if (p > rowStart && !endRow(p, next)) return false
  rowStart = next
  return true
}

function endField(p: usize): void {
  if (fields < width) store<u32>(ends + (<usize>fields << 2), <u32>p)
  fields += 1
}

/** The row's text ends at `end`, its line end at `next`. */
function endRow(end: usize, next: usize): bool {
  if (dropped < droppedEnd && load<u32>(dropped) == row) dropped += 4
  else if (keptCount) {
    endField(end)
    if (fields != width) return false
    writeKept()
    copy(end, next)
  } else copy(rowStart, next)
  row += 1
  fields = 0
  return true
}

function writeKept(): void {
  for (let k: u32 = 0; k < keptCount; k++) {
    const column = load<u32>(kept + (<usize>k << 2))
    const field = ends + (<usize>column << 2)
    const end = <usize>load<u32>(field)
    const start = column ? <usize>load<u32>(field - 4) + 1 : rowStart
    if (k) {
      store<u8>(output, i8x16.extract_lane_u(delimiterVector, 0))
      output += 1
    }
    if (start == end && keptCount == 1) writeEmpty()
    copy(start, end)
  }
}

/** Two quotes: a row of one empty field would otherwise be a blank line. */
function writeEmpty(): void {
  const quote = i8x16.extract_lane_u(quoteVector, 0)
  store<u8>(output, quote)
  store<u8>(output, quote, 1)
  output += 2
}

// @ts-ignore: decorator
@inline
function copy(from: usize, end: usize): void {
  let to = output
  for (let p = from; p < end; p += 16) {
    v128.store(to, v128.load(p))
    to += 16
  }
  output += end - from
}
