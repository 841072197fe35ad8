import { copy } from './arithmetic'

/*
 * Writes rows: the input's own bytes where they are joined, the prediction's text, the class for each
 * threshold, the row's own line end. Copies 16 bytes at a time: up to 15 are written beyond the end.
 */

const LF: u8 = 0x0a
const CR: u8 = 0x0d

/** The text of a class, its delimiter before it: of one below, above, and of a row that has none. */
let belowAt: usize = 0
let belowLength: usize = 0
let aboveAt: usize = 0
let aboveLength: usize = 0
let delimiter: u8 = 0
let thresholdsAt: usize = 0
let thresholdsEnd: usize = 0

export function beginRows(
  delimiterByte: u8,
  thresholds: usize,
  count: u32,
  below: usize,
  belowBytes: u32,
  above: usize,
  aboveBytes: u32,
): void {
  delimiter = delimiterByte
  thresholdsAt = thresholds
  thresholdsEnd = thresholds + (<usize>count << 3)
  belowAt = below
  belowLength = belowBytes
  aboveAt = above
  aboveLength = aboveBytes
}

/** `offsetsAt` is 0 where nothing is joined. Answers the end of what is written. */
export function writeRows(
  rows: u32,
  textAt: usize,
  endsAt: usize,
  valuesAt: usize,
  inputAt: usize,
  offsetsAt: usize,
  outAt: usize,
): usize {
  let out = outAt
  let start: u32 = 0
  for (let row: usize = 0; row < rows; row += 1) {
    const end = load<u32>(endsAt + (row << 2))
    const inputEnd = offsetsAt == 0 ? 0 : inputAt + load<u32>(offsetsAt + (row << 2), 4)
    let content: usize = inputEnd
    if (offsetsAt != 0) {
      const inputStart = inputAt + load<u32>(offsetsAt + (row << 2))
      while (content > inputStart && endsLine(load<u8>(content - 1))) content -= 1
      copy(out, inputStart, content - inputStart)
      out += content - inputStart
      store<u8>(out++, delimiter)
    }
    copy(out, textAt + start, end - start)
    out += end - start
    out = writeClasses(load<f64>(valuesAt + (row << 3)), out)
    out = writeLineEnd(content, inputEnd, out)
    start = end + 1
  }
  return out
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function writeClasses(value: f64, out: usize): usize {
  for (let at = thresholdsAt; at < thresholdsEnd; at += 8) {
    if (value != value) {
      store<u8>(out++, delimiter)
      continue
    }
    const above = value > load<f64>(at)
    const length = above ? aboveLength : belowLength
    copy(out, above ? aboveAt : belowAt, length)
    out += length
  }
  return out
}

/** The row's own line end; a row without one gets the usual one. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function writeLineEnd(at: usize, inputEnd: usize, out: usize): usize {
  if (at == inputEnd || load<u8>(at) == LF) {
    store<u8>(out, LF)
    return out + 1
  }
  store<u8>(out, CR)
  if (at + 1 == inputEnd || load<u8>(at, 1) != LF) return out + 1
  store<u8>(out, LF, 1)
  return out + 2
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function endsLine(byte: u8): bool {
  return byte == LF || byte == CR
}
