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

/**
 * The same for rows that need not be found first, since each is a line: the bytes of the input, up to `inputEnd`, hold
 * neither quote nor CR nor blank line, and end with an LF. Answers 0 where they are not so, or not as many rows.
 */
export function joinLines(
  rows: u32,
  textAt: usize,
  endsAt: usize,
  valuesAt: usize,
  inputAt: usize,
  inputEnd: usize,
  quote: u8,
  outAt: usize,
): usize {
  const lf = i8x16.splat(LF)
  const cr = i8x16.splat(CR)
  const quotes = i8x16.splat(quote)
  let odd = i8x16.splat(0)
  let out = outAt
  let from = inputAt
  let start: u32 = 0
  for (let row: usize = 0; row < rows; row += 1) {
    const line = from
    let ends: u32 = 0
    while (from < inputEnd) {
      const bytes = v128.load(from)
      v128.store(out, bytes)
      odd = v128.or(odd, v128.or(i8x16.eq(bytes, cr), i8x16.eq(bytes, quotes)))
      ends = i8x16.bitmask(i8x16.eq(bytes, lf))
      if (ends != 0) break
      from += 16
      out += 16
    }
    const length = ctz(ends)
    from += length
    if (ends == 0 || from >= inputEnd || from == line) return 0
    out += length
    from += 1
    store<u8>(out++, delimiter)

    const end = load<u32>(endsAt + (row << 2))
    copy(out, textAt + start, end - start)
    out += end - start
    out = writeClasses(load<f64>(valuesAt + (row << 3)), out)
    store<u8>(out++, LF)
    start = end + 1
  }
  return from == inputEnd && !v128.any_true(odd) ? out : 0
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function writeClasses(value: f64, out: usize): usize {
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
