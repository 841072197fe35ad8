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
 * Bytes with quotes, each where it belongs, and without a blank line: the usual path through `nextLines`, for two
 * blocks at once, each in a lane of 64 bits, with what it carries kept in registers. CRs stand before LFs, or are
 * inside quotes; without `allowsCr` there are none.
 */
// @ts-ignore: decorator
@inline
function markedRun(from: usize, end: usize, firstNote: usize, allowsCr: bool): usize {
  if (afterCr && !allowsCr) return from
  const lf = lfVector
  const cr = crVector
  const quote = quoteVector
  const delimiter = delimiterVector
  const hasQuotes = i64x2.splat(quoteMask)
  let note = firstNote
  let outside = i64x2.splat(~inside)
  // Of what is carried only the last bit counts.
  let fitsBefore = i64x2.splat(canOpen << 63)
  let lfsBefore = i64x2.splat(afterLf << 63)
  let crsBefore = i64x2.splat(afterCr << 63)
  let p = from
  for (; p + STRETCH <= end; p += STRETCH) {
    let odd = i64x2.splat(0)
    let crSeen = i8x16.splat(0)
    let rows: u64 = 0
    for (let q = p; q < p + STRETCH; q += 2 * BLOCK) {
      const a = v128.load(q)
      const b = v128.load(q, 16)
      const c = v128.load(q, 32)
      const d = v128.load(q, 48)
      const e = v128.load(q, 64)
      const f = v128.load(q, 80)
      const g = v128.load(q, 96)
      const h = v128.load(q, 112)
      // First all masks, so that the bytes need no registers any more.
      let rawCrs = i64x2.splat(0)
      if (allowsCr) rawCrs = pairOf(matches(a, b, c, d, cr), matches(e, f, g, h, cr))
      else crSeen = v128.or(crSeen, v128.or(eqAny(a, b, c, d, cr), eqAny(e, f, g, h, cr)))
      const quotes = v128.and(
        pairOf(matches(a, b, c, d, quote), matches(e, f, g, h, quote)),
        hasQuotes,
      )
      const rawLfs = pairOf(matches(a, b, c, d, lf), matches(e, f, g, h, lf))
      const delimiters = pairOf(matches(a, b, c, d, delimiter), matches(e, f, g, h, delimiter))

      const mask = v128.xor(prefixXors(quotes), outside)
      outside = signOfLast(mask)
      const lfs = v128.and(rawLfs, mask)
      let fits = v128.or(v128.or(quotes, rawLfs), delimiters)
      let ends = lfs
      if (allowsCr) {
        const crs = v128.and(rawCrs, mask)
        fits = v128.or(fits, rawCrs)
        ends = v128.or(ends, crs)
        odd = v128.or(odd, v128.andnot(nextOf(crs, crsBefore), lfs))
        crsBefore = crs
      }
      odd = v128.or(odd, v128.andnot(quotes, v128.or(mask, nextOf(fits, fitsBefore))))
      fitsBefore = fits
      const begins = nextOf(lfs, lfsBefore)
      odd = v128.or(odd, v128.and(begins, ends))
      lfsBefore = lfs
      rows += popcnt(i64x2.extract_lane(begins, 0)) + popcnt(i64x2.extract_lane(begins, 1))
    }
    if (v128.any_true(v128.or(odd, crSeen))) break
    resume(~i64x2.extract_lane(outside, 1), last(fitsBefore), last(lfsBefore), allowsCr ? last(crsBefore) : 0)
    writeNote(note, <u32>rows, packed())
    note += NOTE_BYTES
  }
  return p
}

/** The masks of two blocks. */
// @ts-ignore: decorator
@inline
function pairOf(first: u64, second: u64): v128 {
  return i64x2.replace_lane(i64x2.splat(first), 1, second)
}

/** The bits after those of two blocks, the first of them after the last one of the pair before. */
// @ts-ignore: decorator
@inline
function nextOf(bits: v128, before: v128): v128 {
  const carried = i64x2.shr_u(v128.shuffle<u64>(before, bits, 1, 2), 63)
  return v128.or(i64x2.shl(bits, 1), carried)
}

// @ts-ignore: decorator
@inline
function last(bits: v128): u64 {
  return <u64>i64x2.extract_lane(bits, 1) >> 63
}

/** All bits of both lanes as the last one of the pair. */
// @ts-ignore: decorator
@inline
function signOfLast(bits: v128): v128 {
  const signs = i32x4.shr_s(bits, 31)
  return v128.shuffle<u32>(signs, signs, 3, 3, 3, 3)
}

/** `prefixXor` over two blocks. */
// @ts-ignore: decorator
@inline
function prefixXors(bits: v128): v128 {
  let mask = v128.xor(bits, i64x2.shl(bits, 1))
  mask = v128.xor(mask, i64x2.shl(mask, 2))
  mask = v128.xor(mask, i64x2.shl(mask, 4))
  mask = v128.xor(mask, i64x2.shl(mask, 8))
  mask = v128.xor(mask, i64x2.shl(mask, 16))
  mask = v128.xor(mask, i64x2.shl(mask, 32))
  const signs = i32x4.shr_s(mask, 31)
  return v128.xor(mask, v128.shuffle<u32>(signs, i64x2.splat(0), 4, 5, 1, 1))
}

// @ts-ignore: decorator
@inline
function eqAny(a: v128, b: v128, c: v128, d: v128, vector: v128): v128 {
  return v128.or(
    v128.or(i8x16.eq(a, vector), i8x16.eq(b, vector)),
    v128.or(i8x16.eq(c, vector), i8x16.eq(d, vector)),
  )
}
