import {
  LF,
  afterCr,
  afterLf,
  canOpen,
  crVector,
  delimiterVector,
  inside,
  lfVector,
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

/*
 * The masks of a run are **planes**: a bit each of 128 bytes, in another order than the bytes. Bit `i` of lane `j`
 * is for byte `j` of vector `i`. To shift all lanes of a plane and put in the matches of one more vector is a single
 * instruction, the average of both, where to gather a bit of each lane takes several.
 */

/** The bytes of a plane: eight vectors. */
const PLANE: usize = 128

/** Bytes without a quote, a CR or a blank line. */
function lfRun(from: usize, end: usize, note: usize): usize {
  if (inside || afterCr) return from
  const lf = lfVector
  const cr = crVector
  const quote = quoteVector
  let lfsBefore = lastBit(afterLf)
  let p = from
  for (; p + STRETCH <= end; p += STRETCH) {
    let odd = i8x16.splat(0)
    let rows: u64 = 0
    for (let q = p; q < p + STRETCH; q += PLANE) {
      const a = v128.load(q)
      const b = v128.load(q, 16)
      const c = v128.load(q, 32)
      const d = v128.load(q, 48)
      const e = v128.load(q, 64)
      const f = v128.load(q, 80)
      const g = v128.load(q, 96)
      const h = v128.load(q, 112)
      odd = v128.or(odd, v128.or(eqAny(a, b, c, d, cr), eqAny(a, b, c, d, quote)))
      odd = v128.or(odd, v128.or(eqAny(e, f, g, h, cr), eqAny(e, f, g, h, quote)))
      const lfs = planeOf(a, b, c, d, e, f, g, h, lf)
      const begins = nextOf(lfs, lfsBefore)
      odd = v128.or(odd, v128.and(begins, lfs))
      lfsBefore = lfs
      rows += count(begins)
    }
    if (v128.any_true(odd)) break
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
 * Bytes with quotes, each where it belongs, and without a blank line: the usual path through `nextLines`, with what it
 * carries kept in registers. CRs stand before LFs, or are inside quotes; without `allowsCr` there are none, but
 * there is a quote.
 */
// @ts-ignore: decorator
@inline
function markedRun(from: usize, end: usize, firstNote: usize, allowsCr: bool): usize {
  if (!allowsCr && (afterCr || quoteMask == 0)) return from
  const lf = lfVector
  const cr = crVector
  const quote = quoteVector
  const delimiter = delimiterVector
  let note = firstNote
  let isInside = <u32>inside
  // Of what is carried only the last bit counts.
  let fitsBefore = lastBit(canOpen)
  let lfsBefore = lastBit(afterLf)
  let crsBefore = lastBit(afterCr)
  let p = from
  for (; p + STRETCH <= end; p += STRETCH) {
    let odd = i8x16.splat(0)
    let rows: u64 = 0
    for (let q = p; q < p + STRETCH; q += PLANE) {
      const a = v128.load(q)
      const b = v128.load(q, 16)
      const c = v128.load(q, 32)
      const d = v128.load(q, 48)
      const e = v128.load(q, 64)
      const f = v128.load(q, 80)
      const g = v128.load(q, 96)
      const h = v128.load(q, 112)
      let quotes = planeOf(a, b, c, d, e, f, g, h, quote)
      if (allowsCr) quotes = v128.and(quotes, i64x2.splat(quoteMask))
      const lanes = prefixXorOfLanes(quotes)
      const vectors = prefixXorOfBits(i8x16.extract_lane_u(lanes, 15), isInside)
      const mask = v128.xor(lanes, i8x16.splat(<i8>vectors))
      isInside = allOf(vectors, 8)

      const rawLfs = planeOf(a, b, c, d, e, f, g, h, lf)
      const lfs = v128.andnot(rawLfs, mask)
      let fits = v128.or(v128.or(quotes, rawLfs), planeOf(a, b, c, d, e, f, g, h, delimiter))
      let ends = lfs
      if (allowsCr) {
        const rawCrs = planeOf(a, b, c, d, e, f, g, h, cr)
        const crs = v128.andnot(rawCrs, mask)
        fits = v128.or(fits, rawCrs)
        ends = v128.or(ends, crs)
        odd = v128.or(odd, v128.andnot(nextOf(crs, crsBefore), lfs))
        crsBefore = crs
      } else {
        odd = v128.or(odd, v128.or(eqAny(a, b, c, d, cr), eqAny(e, f, g, h, cr)))
      }
      odd = v128.or(odd, v128.andnot(v128.and(quotes, mask), nextOf(fits, fitsBefore)))
      fitsBefore = fits
      const begins = nextOf(lfs, lfsBefore)
      odd = v128.or(odd, v128.and(begins, ends))
      lfsBefore = lfs
      rows += count(begins)
    }
    if (v128.any_true(odd)) break
    resume(<u64>(<i64><i32>isInside), last(fitsBefore), last(lfsBefore), allowsCr ? last(crsBefore) : 0)
    writeNote(note, <u32>rows, packed())
    note += NOTE_BYTES
  }
  return p
}

/** Which of the bytes of eight vectors equal those of another. */
// @ts-ignore: decorator
@inline
function planeOf(
  a: v128,
  b: v128,
  c: v128,
  d: v128,
  e: v128,
  f: v128,
  g: v128,
  h: v128,
  vector: v128,
): v128 {
  // A match is 255: with it, (plane + 255 + 1) / 2 has the highest bit. Without, (plane + 0 + 1) / 2 has not, and
  // nothing is rounded up, since the lowest bit is set by the eighth vector at the earliest.
  let plane = i8x16.avgr_u(i8x16.splat(0), i8x16.eq(a, vector))
  plane = i8x16.avgr_u(plane, i8x16.eq(b, vector))
  plane = i8x16.avgr_u(plane, i8x16.eq(c, vector))
  plane = i8x16.avgr_u(plane, i8x16.eq(d, vector))
  plane = i8x16.avgr_u(plane, i8x16.eq(e, vector))
  plane = i8x16.avgr_u(plane, i8x16.eq(f, vector))
  plane = i8x16.avgr_u(plane, i8x16.eq(g, vector))
  return i8x16.avgr_u(plane, i8x16.eq(h, vector))
}

/** A plane whose last bit is this one. */
// @ts-ignore: decorator
@inline
function lastBit(bit: u64): v128 {
  return i64x2.replace_lane(i64x2.splat(0), 1, bit << 63)
}

// @ts-ignore: decorator
@inline
function last(plane: v128): u64 {
  return <u64>i64x2.extract_lane(plane, 1) >> 63
}

// @ts-ignore: decorator
@inline
function count(plane: v128): u64 {
  return popcnt(i64x2.extract_lane(plane, 0)) + popcnt(i64x2.extract_lane(plane, 1))
}

/** For each byte the bit of the one before it: that of the first is the last one of the plane before. */
// @ts-ignore: decorator
@inline
function nextOf(plane: v128, before: v128): v128 {
  // Of the last lane alone: its bits, one vector on.
  const wrapped = i8x16.sub(i8x16.add(plane, plane), i32x4.shr_s(before, 31))
  return v128.shuffle<u8>(wrapped, plane, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30)
}

/** Of each byte and those before it in its vector, whether an odd number is set. */
// @ts-ignore: decorator
@inline
function prefixXorOfLanes(plane: v128): v128 {
  const none = i8x16.splat(0)
  let mask = plane
  mask = v128.xor(mask, v128.shuffle<u8>(none, mask, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30))
  mask = v128.xor(mask, v128.shuffle<u8>(none, mask, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29))
  mask = v128.xor(mask, v128.shuffle<u8>(none, mask, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27))
  return v128.xor(mask, v128.shuffle<u8>(none, mask, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23))
}

/**
 * Whether each of eight vectors begins inside quotes, and as bit 8 whether what follows them does: given which of them
 * have an odd number of quotes, and all bits set where the first one begins inside.
 */
// @ts-ignore: decorator
@inline
function prefixXorOfBits(oddVectors: u32, isInside: u32): u32 {
  let mask = oddVectors << 1
  mask ^= mask << 1
  mask ^= mask << 2
  mask ^= mask << 4
  return mask ^ isInside
}

/** All bits as that one. */
// @ts-ignore: decorator
@inline
function allOf(bits: u32, bit: u32): u32 {
  return <u32>(<i32>(bits << (31 - bit)) >> 31)
}

// @ts-ignore: decorator
@inline
function eqAny(a: v128, b: v128, c: v128, d: v128, vector: v128): v128 {
  return v128.or(
    v128.or(i8x16.eq(a, vector), i8x16.eq(b, vector)),
    v128.or(i8x16.eq(c, vector), i8x16.eq(d, vector)),
  )
}
