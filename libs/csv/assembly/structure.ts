/*
 * Finds the structure of 64 bytes at a time: where lines begin, and what lies inside quotes. Masks
 * hold one bit a byte, the first byte in the lowest bit.
 *
 * Quotes are resolved by parity: the prefix xor of the quote bits says for each byte whether it lies
 * inside quotes. That is true only where each opening quote stands at the start of a field (or right
 * after a closing one: a doubled quote). Blocks in which one does not are walked quote by quote, so
 * the answer is that of the byte-by-byte reference on any input.
 */

export const LF: u8 = 10
export const CR: u8 = 13
export const BLOCK: u32 = 64
export const ALL: u64 = 0xffffffffffffffff

/*
 * Set by `restart`. They are variables, although LF and CR are known: V8 builds a constant vector
 * anew at each use, with three instructions, and keeps a variable in a register.
 */
export let lfVector: v128 = i8x16.splat(0)
export let crVector: v128 = i8x16.splat(0)
export let delimiterVector: v128 = i8x16.splat(0)
export let quoteVector: v128 = i8x16.splat(0)
/** Where there is no such byte, the mask clears what the vector finds. */
export let delimiterMask: u64 = 0
export let quoteMask: u64 = 0

/** All bits set while the byte before the block is inside quotes. */
export let inside: u64 = 0
/** 1 when a quote as the block's first byte would open a field, or go on with one. */
export let canOpen: u64 = 1
/** 1 when the byte before the block is an LF, or a CR, outside quotes. The start counts as an LF. */
export let afterLf: u64 = 1
export let afterCr: u64 = 0

/** What `nextLines` found besides its answer. */
export let lineEnds: u64 = 0 // LFs and CRs outside quotes.
export let insideOf: u64 = 0 // Bytes inside quotes; closing quotes are not.
export let quotesOf: u64 = 0
export let breaksOf: u64 = 0 // Delimiters, LFs and CRs, inside quotes too.
/** Quotes in unquoted fields, which are text. Only ever set: who reads it clears it before. */
export let strays: u64 = 0

/** Begins with a row. `delimiter` and `quote` are bytes, or -1 for none. */
export function restart(delimiter: i32, quote: i32): void {
  lfVector = i8x16.splat(LF)
  crVector = i8x16.splat(CR)
  delimiterVector = i8x16.splat(<i8>delimiter)
  quoteVector = i8x16.splat(<i8>quote)
  delimiterMask = delimiter < 0 ? 0 : ALL
  quoteMask = quote < 0 ? 0 : ALL
  resume(0, 1, 1, 0)
}

/** Goes on after bytes that were scanned by other means. */
// @ts-ignore: decorator
@inline
export function resume(isInside: u64, opens: u64, lf: u64, cr: u64): void {
  inside = isInside
  canOpen = opens
  afterLf = lf
  afterCr = cr
}

/** The state of the scan in one number: the same for all bytes after which the same may follow. */
export function packed(): u32 {
  return inside ? INSIDE : <u32>((canOpen << 1) | (afterLf << 2) | (afterCr << 3))
}

/** Outside quotes, in the middle of a field. */
export const IN_FIELD: u32 = 0
const INSIDE: u32 = 1

export function unpack(state: u32): void {
  resume(state & INSIDE ? ALL : 0, (state >> 1) & 1, (state >> 2) & 1, (state >> 3) & 1)
}

export function clearStrays(): void {
  strays = 0
}

/**
 * Answers at which bytes of a block lines begin, and carries everything over to the next block. A
 * line begins after an LF, and after a CR that no LF follows. One that begins with a line end is
 * blank: rows begin at `nextLines() & ~lineEnds`. `valid` has the bits of the bytes that exist, `last`
 * is the number of the last of them.
 */
// @ts-ignore: decorator
@inline
export function nextLines(at: usize, valid: u64, last: u64): u64 {
  const lf = lfVector
  const cr = crVector
  const a = v128.load(at)
  const b = v128.load(at, 16)
  const c = v128.load(at, 32)
  const d = v128.load(at, 48)
  const lfA = i8x16.eq(a, lf)
  const lfB = i8x16.eq(b, lf)
  const lfC = i8x16.eq(c, lf)
  const lfD = i8x16.eq(d, lf)
  const crA = i8x16.eq(a, cr)
  const crB = i8x16.eq(b, cr)
  const crC = i8x16.eq(c, cr)
  const crD = i8x16.eq(d, cr)
  const delimiter = delimiterVector
  const breaks = maskOf(
    v128.or(v128.or(lfA, crA), i8x16.eq(a, delimiter)),
    v128.or(v128.or(lfB, crB), i8x16.eq(b, delimiter)),
    v128.or(v128.or(lfC, crC), i8x16.eq(c, delimiter)),
    v128.or(v128.or(lfD, crD), i8x16.eq(d, delimiter)),
  )
  const quotes = matches(a, b, c, d, quoteVector) & quoteMask & valid
  const mask = resolve(quotes, breaks, last)
  const lfs = maskOf(lfA, lfB, lfC, lfD) & valid & ~mask
  let crs: u64 = 0
  if (v128.any_true(v128.or(v128.or(crA, crB), v128.or(crC, crD)))) {
    crs = maskOf(crA, crB, crC, crD) & valid & ~mask
  }
  const begins = ((lfs << 1) | afterLf | (((crs << 1) | afterCr) & ~lfs)) & valid
  afterLf = (lfs >> last) & 1
  afterCr = (crs >> last) & 1
  lineEnds = lfs | crs
  insideOf = mask
  quotesOf = quotes
  breaksOf = breaks
  return begins
}

/**
 * The same, where nothing else is asked of the block than `lineEnds`. In most tables most blocks hold neither
 * quote nor CR, and then line feeds tell all.
 */
// @ts-ignore: decorator
@inline
export function nextLinesOnly(at: usize, valid: u64, last: u64): u64 {
  if (last != BLOCK - 1 || inside || afterCr) return nextLines(at, valid, last)
  const quote = quoteVector
  const cr = crVector
  const a = v128.load(at)
  const b = v128.load(at, 16)
  const c = v128.load(at, 32)
  const d = v128.load(at, 48)
  const oddA = v128.or(i8x16.eq(a, quote), i8x16.eq(a, cr))
  const oddB = v128.or(i8x16.eq(b, quote), i8x16.eq(b, cr))
  const oddC = v128.or(i8x16.eq(c, quote), i8x16.eq(c, cr))
  const oddD = v128.or(i8x16.eq(d, quote), i8x16.eq(d, cr))
  const odd = v128.or(v128.or(oddA, oddB), v128.or(oddC, oddD))
  if (v128.any_true(odd)) return nextLines(at, valid, last)
  const lfs = matches(a, b, c, d, lfVector)
  const begins = (lfs << 1) | afterLf
  afterLf = lfs >> (BLOCK - 1)
  canOpen = afterLf | <u64>(load<u8>(at, BLOCK - 1) == i8x16.extract_lane_u(delimiterVector, 0))
  lineEnds = lfs
  return begins
}

/** Which of 64 bytes equal those of a vector. */
// @ts-ignore: decorator
@inline
export function matches(a: v128, b: v128, c: v128, d: v128, vector: v128): u64 {
  return maskOf(i8x16.eq(a, vector), i8x16.eq(b, vector), i8x16.eq(c, vector), i8x16.eq(d, vector))
}

// @ts-ignore: decorator
@inline
export function maskOf(a: v128, b: v128, c: v128, d: v128): u64 {
  return (
    <u64>(<u32>i8x16.bitmask(a) | (<u32>i8x16.bitmask(b) << 16)) |
    (<u64>(<u32>i8x16.bitmask(c) | (<u32>i8x16.bitmask(d) << 16)) << 32)
  )
}

/** Which bytes of a block lie inside quotes, given its quotes, and its delimiters and line ends. */
// @ts-ignore: decorator
@inline
function resolve(quotes: u64, breaks: u64, last: u64): u64 {
  const mask = prefixXor(quotes) ^ inside
  const fits = breaks | quotes
  if (quotes & mask & ~((fits << 1) | canOpen)) return walkQuotes(quotes, breaks, last)
  inside = <u64>(<i64>mask >> 63)
  canOpen = (fits >> last) & 1
  return mask
}

// @ts-ignore: decorator
@inline
export function prefixXor(bits: u64): u64 {
  let mask = bits ^ (bits << 1)
  mask ^= mask << 2
  mask ^= mask << 4
  mask ^= mask << 8
  mask ^= mask << 16
  return mask ^ (mask << 32)
}

/** `resolve` for a block with a quote in an unquoted field, which is text. */
function walkQuotes(quotes: u64, breaks: u64, last: u64): u64 {
  let mask: u64 = 0
  let closed: u64 = 0 // The bit of the last closing quote.
  let isInside = inside != 0
  let from: u64 = 1 // The bit at which the quotes we are inside of opened.
  for (let left = quotes; left != 0; left &= left - 1) {
    const bit = lowest(left)
    if (isInside) {
      mask |= bit - from
      closed = bit
      isInside = false
    } else if (bit & (((breaks | closed) << 1) | canOpen)) {
      from = bit
      isInside = true
    } else {
      strays |= bit
    }
  }
  if (isInside) mask |= ~from + 1
  inside = isInside ? ALL : 0
  canOpen = ((breaks | closed) >> last) & 1
  return mask
}

// @ts-ignore: decorator
@inline
export function lowest(bits: u64): u64 {
  return bits & (~bits + 1)
}
