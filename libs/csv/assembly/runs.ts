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
  prefixXor,
  quoteMask,
  quoteVector,
  resume,
} from './structure'

/*
 * Runs: 256 bytes at a time, as long as nothing has to be known of them but how many rows begin and
 * where the last one does. A run ends before the first 256 bytes that hold anything else; those go
 * through `nextLines`. Addresses, not positions.
 */

export const SUPERBLOCK: usize = 256

/** What a run found: the rows that begin in it, and where the last one does, or 0. */
export let runRows: i64 = 0
export let runLastRow: usize = 0

/**
 * Goes on over bytes without a quote, a CR or a blank line, up to `end` at most, while fewer than
 * `rowsMax` rows begin. Answers where it stopped. The 16 bytes before `from` are those of the object.
 */
export function lfRun(from: usize, end: usize, rowsMax: i64): usize {
  return plainRun(from, end, rowsMax, false)
}

/** The same, with CRs before LFs allowed. */
export function crLfRun(from: usize, end: usize, rowsMax: i64): usize {
  return plainRun(from, end, rowsMax, true)
}

// @ts-ignore: decorator
@inline
function plainRun(from: usize, end: usize, rowsMax: i64, allowsCr: bool): usize {
  runRows = 0
  runLastRow = 0
  if (inside || (afterCr && !allowsCr)) return from
  const lf = lfVector
  const cr = crVector
  const quote = quoteVector
  const before = v128.load(from - 16)
  let lfLeft = i8x16.eq(before, lf)
  let crLeft = i8x16.eq(before, cr)
  let rows: i64 = 0
  let last: usize = 0
  let p = from
  for (; p + SUPERBLOCK <= end; p += SUPERBLOCK) {
    let counts = i8x16.splat(0)
    let odd = i8x16.splat(0)
    let lfLast = lfLeft
    let crLast = crLeft
    for (let q = p; q < p + SUPERBLOCK; q += BLOCK) {
      const a = v128.load(q)
      const b = v128.load(q, 16)
      const c = v128.load(q, 32)
      const d = v128.load(q, 48)
      const lfA = i8x16.eq(a, lf)
      const lfB = i8x16.eq(b, lf)
      const lfC = i8x16.eq(c, lf)
      const lfD = i8x16.eq(d, lf)
      const beginA = shifted(lfLast, lfA)
      const beginB = shifted(lfA, lfB)
      const beginC = shifted(lfB, lfC)
      const beginD = shifted(lfC, lfD)
      counts = i8x16.sub(i8x16.sub(counts, beginA), beginB)
      counts = i8x16.sub(i8x16.sub(counts, beginC), beginD)
      let found = v128.or(v128.and(beginA, lfA), v128.and(beginB, lfB))
      found = v128.or(found, v128.or(v128.and(beginC, lfC), v128.and(beginD, lfD)))
      if (allowsCr) {
        const crA = i8x16.eq(a, cr)
        const crB = i8x16.eq(b, cr)
        const crC = i8x16.eq(c, cr)
        const crD = i8x16.eq(d, cr)
        found = v128.or(found, oddCr(beginA, lfA, crA, shifted(crLast, crA)))
        found = v128.or(found, oddCr(beginB, lfB, crB, shifted(crA, crB)))
        found = v128.or(found, oddCr(beginC, lfC, crC, shifted(crB, crC)))
        found = v128.or(found, oddCr(beginD, lfD, crD, shifted(crC, crD)))
        crLast = crD
      } else {
        found = v128.or(found, eqAny(a, b, c, d, cr))
      }
      odd = v128.or(odd, v128.or(found, eqAny(a, b, c, d, quote)))
      lfLast = lfD
    }
    const begun = sumOf(counts)
    if (v128.any_true(odd) || rows + begun >= rowsMax) break
    rows += begun
    last = begun ? p : last
    lfLeft = lfLast
    crLeft = crLast
  }
  if (p == from) return from
  runRows = rows
  if (last) runLastRow = lastLine(last, 0)
  resumeAfter(load<u8>(p - 1))
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

/** A blank line that begins with a CR, or a CR that no LF follows. */
// @ts-ignore: decorator
@inline
function oddCr(begins: v128, lfs: v128, crs: v128, afterCrs: v128): v128 {
  return v128.or(v128.and(begins, crs), v128.andnot(afterCrs, lfs))
}

/** The vector one byte on: its first byte is the last one of `left`. */
// @ts-ignore: decorator
@inline
function shifted(left: v128, right: v128): v128 {
  return i8x16.shuffle(left, right, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30)
}

// @ts-ignore: decorator
@inline
function sumOf(counts: v128): i64 {
  const pairs = i16x8.extadd_pairwise_i8x16_u(counts)
  const quads = i32x4.extadd_pairwise_i16x8_u(pairs)
  const sum = i64x2.add(i64x2.extend_low_i32x4_u(quads), i64x2.extend_high_i32x4_u(quads))
  return i64x2.extract_lane(sum, 0) + i64x2.extract_lane(sum, 1)
}

function resumeAfter(byte: u8): void {
  const isLf = byte == LF
  const isCr = byte == i8x16.extract_lane_u(crVector, 0)
  const isDelimiter = byte == i8x16.extract_lane_u(delimiterVector, 0)
  resume(0, u64(i32(isLf) | i32(isCr) | i32(isDelimiter)), u64(isLf), u64(isCr))
}

/**
 * The same for bytes with quotes, each where it belongs, but without any CR: the usual path through
 * `nextLines`, with what it carries kept in registers.
 */
export function quotedRun(from: usize, end: usize, rowsMax: i64): usize {
  runRows = 0
  runLastRow = 0
  if (afterCr || !quoteMask) return from
  const lf = lfVector
  const cr = crVector
  const quote = quoteVector
  const delimiter = delimiterVector
  let isInside = inside
  let opens = canOpen
  let begins = afterLf
  let rows: i64 = 0
  let last: usize = 0
  let lastInside: u64 = 0
  let p = from
  while (p + SUPERBLOCK <= end) {
    let odd: u64 = 0
    let crSeen = i8x16.splat(0)
    let nextInside = isInside
    let nextOpens = opens
    let nextBegins = begins
    let begun: i64 = 0
    const stop = p + SUPERBLOCK
    let q = p
    do {
      const a = v128.load(q)
      const b = v128.load(q, 16)
      const c = v128.load(q, 32)
      const d = v128.load(q, 48)
      crSeen = v128.or(crSeen, eqAny(a, b, c, d, cr))
      const quotes = matches(a, b, c, d, quote)
      const mask = prefixXor(quotes) ^ nextInside
      nextInside = <u64>(<i64>mask >> 63)
      const lfA = i8x16.eq(a, lf)
      const lfB = i8x16.eq(b, lf)
      const lfC = i8x16.eq(c, lf)
      const lfD = i8x16.eq(d, lf)
      const breaks = maskOf(
        v128.or(lfA, i8x16.eq(a, delimiter)),
        v128.or(lfB, i8x16.eq(b, delimiter)),
        v128.or(lfC, i8x16.eq(c, delimiter)),
        v128.or(lfD, i8x16.eq(d, delimiter)),
      )
      const fits = breaks | quotes
      odd |= quotes & mask & ~((fits << 1) | nextOpens)
      nextOpens = fits >> 63
      const lfs = maskOf(lfA, lfB, lfC, lfD) & ~mask
      const beginsHere = (lfs << 1) | nextBegins
      nextBegins = lfs >> 63
      odd |= beginsHere & lfs
      begun += <i64>popcnt(beginsHere)
      q += BLOCK
    } while (q < stop)
    if (i32(odd != 0) | i32(v128.any_true(crSeen)) | i32(rows + begun >= rowsMax)) break
    rows += begun
    if (begun) {
      last = p
      lastInside = isInside
    }
    isInside = nextInside
    opens = nextOpens
    begins = nextBegins
    p = stop
  }
  runRows = rows
  if (last) runLastRow = lastLine(last, lastInside)
  resume(isInside, opens, begins, 0)
  return p
}

/** Where the last line begins of those that begin in the superblock at `from`, byte by byte. */
function lastLine(from: usize, isInside: u64): usize {
  const quote = i8x16.extract_lane_u(quoteVector, 0)
  let outside = isInside == 0
  let last = outside && load<u8>(from - 1) == LF ? from : 0
  for (let p = from; p + 1 < from + SUPERBLOCK; p++) {
    const byte = load<u8>(p)
    if (byte == quote && quoteMask) outside = !outside
    else if (byte == LF && outside) last = p + 1
  }
  return last
}
