import {
  BLOCK,
  LF,
  afterCr,
  afterLf,
  canOpen,
  crVector,
  delimiterVector,
  inside,
  lfVector,
  maskOf,
  matches,
  packed,
  prefixXor,
  quoteMask,
  quoteVector,
  resume,
} from './structure'

/*
 * Runs: a KiB at a time, as long as nothing has to be known of it but how many rows begin in it. A run
 * ends before the first stretch that holds anything else; that goes through `nextLines`.
 *
 * Each stretch gets a note: its rows, and the state of the scan after it. What lies before a stretch's
 * note is the note of the one before, so the first stretch has a note before it that holds no rows.
 */

export const STRETCH: u32 = 1024
/** Two u32: rows, state. */
export const NOTE_BYTES: usize = 8
/** In place of the rows of a stretch whose lines must be looked at one by one. */
export const ODD: u32 = 0xffffffff

/**
 * Goes on over stretches from `from` to `end` at most, from the present state on, and writes the note of
 * each, the first one at `note`. Answers where it stopped: at `from` when no run begins there.
 */
export function run(from: usize, end: usize, note: usize): usize {
  let p = lfRun(from, end, note)
  if (p == from) p = markedRun(from, end, note, false)
  if (p == from) p = markedRun(from, end, note, true)
  return p
}

export function writeNote(note: usize, rows: u32, state: u32): void {
  store<u32>(note, rows)
  store<u32>(note, state, 4)
}

/** Bytes without a quote, a CR or a blank line. */
function lfRun(from: usize, end: usize, note: usize): usize {
  if (inside || afterCr) return from
  const lf = lfVector
  const cr = crVector
  const quote = quoteVector
  let begins = afterLf
  let p = from
  for (; p + STRETCH <= end; p += STRETCH) {
    let odd = i8x16.splat(0)
    let blank: u64 = 0
    let rows: u64 = 0
    let nextBegins = begins
    for (let q = p; q < p + STRETCH; q += BLOCK) {
      const a = v128.load(q)
      const b = v128.load(q, 16)
      const c = v128.load(q, 32)
      const d = v128.load(q, 48)
      const lfs = matches(a, b, c, d, lf)
      odd = v128.or(odd, v128.or(eqAny(a, b, c, d, cr), eqAny(a, b, c, d, quote)))
      const beginsHere = (lfs << 1) | nextBegins
      blank |= beginsHere & lfs
      rows += popcnt(beginsHere)
      nextBegins = lfs >> 63
    }
    if (i32(v128.any_true(odd)) | i32(blank != 0)) break
    begins = nextBegins
    resumeAfter(load<u8>(p + STRETCH - 1))
    writeNote(note, <u32>rows, packed())
    note += NOTE_BYTES
  }
  return p
}

/** The state after a byte of an LF run. */
// @ts-ignore: decorator
@inline
function resumeAfter(byte: u8): void {
  const isLf = byte == LF
  const isDelimiter = byte == i8x16.extract_lane_u(delimiterVector, 0)
  resume(0, u64(i32(isLf) | i32(isDelimiter)), u64(isLf), 0)
}

/**
 * Bytes with quotes, each where it belongs, and without a blank line: the usual path through `nextLines`,
 * with what it carries kept in registers. CRs stand before LFs, or are inside quotes; without `allowsCr`
 * there are none.
 */
// @ts-ignore: decorator
@inline
function markedRun(from: usize, end: usize, firstNote: usize, allowsCr: bool): usize {
  if (afterCr && !allowsCr) return from
  const lf = lfVector
  const cr = crVector
  const quote = quoteVector
  const delimiter = delimiterVector
  const hasQuotes = quoteMask
  let note = firstNote
  let outside = ~inside
  let opens = canOpen
  let begins = afterLf
  let crLeft = afterCr
  let p = from
  while (p + STRETCH <= end) {
    let odd: u64 = 0
    let crSeen = i8x16.splat(0)
    let nextOutside = outside
    let nextOpens = opens
    let nextBegins = begins
    let nextCr = crLeft
    let rows: u64 = 0
    const stop = p + STRETCH
    for (let q = p; q < stop; q += BLOCK) {
      const a = v128.load(q)
      const b = v128.load(q, 16)
      const c = v128.load(q, 32)
      const d = v128.load(q, 48)
      const quotes = matches(a, b, c, d, quote) & hasQuotes
      const mask = prefixXor(quotes) ^ nextOutside
      nextOutside = <u64>(<i64>mask >> 63)
      const rawLfs = matches(a, b, c, d, lf)
      const lfs = rawLfs & mask
      let fits = quotes | rawLfs | matches(a, b, c, d, delimiter)
      const beginsHere = (lfs << 1) | nextBegins
      let ends = lfs
      if (allowsCr) {
        const rawCrs = matches(a, b, c, d, cr)
        const crs = rawCrs & mask
        fits |= rawCrs
        ends |= crs
        odd |= ((crs << 1) | nextCr) & ~lfs
        nextCr = crs >> 63
      } else {
        crSeen = v128.or(crSeen, eqAny(a, b, c, d, cr))
      }
      odd |= quotes & ~(mask | (fits << 1) | nextOpens)
      nextOpens = fits >> 63
      odd |= beginsHere & ends
      nextBegins = lfs >> 63
      rows += popcnt(beginsHere)
    }
    if (i32(odd != 0) | i32(v128.any_true(crSeen))) break
    outside = nextOutside
    opens = nextOpens
    begins = nextBegins
    crLeft = nextCr
    resume(~outside, opens, begins, crLeft)
    writeNote(note, <u32>rows, packed())
    note += NOTE_BYTES
    p = stop
  }
  return p
}

// @ts-ignore: decorator
@inline
function eqAny(a: v128, b: v128, c: v128, d: v128, vector: v128): v128 {
  return v128.or(
    v128.or(i8x16.eq(a, vector), i8x16.eq(b, vector)),
    v128.or(i8x16.eq(c, vector), i8x16.eq(d, vector)),
  )
}
