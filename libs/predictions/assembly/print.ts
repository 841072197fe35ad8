import { copy, hundredMillionth } from './arithmetic'
import { digits, exponent, shorten } from './shortest'

/*
 * Prints float32 values, widened to doubles, as Python's `repr` does: with a point or an exponent
 * always, an exponent below 1e-4 and from 1e16 on, of two digits at least.
 */

const ZERO: u8 = 0x30
const POINT: u8 = 0x2e
const LF: u8 = 0x0a
/** 32 bytes in which digits are laid out, the last one at the end of the first 24. */
const SCRATCH: usize = 64
const SCRATCH_END: usize = SCRATCH + 24
const ZEROS: u64 = 0x3030303030303030

let odd: u32 = 0
let empty: u32 = 0

/** Lines whose number `readLines` would not read. */
export function oddPrinted(): u32 {
  return odd
}

export function emptyPrinted(): u32 {
  return empty
}

/**
 * Writes a line for each float, NaN as an empty one, with a newline behind each; answers the end. Writes
 * beside them what `readLines` would find in them: where each line ends (u32) and its number (f64).
 */
export function printLines(at: usize, count: u32, outAt: usize, endsAt: usize, valuesAt: usize): usize {
  odd = 0
  empty = 0
  let out = outAt
  const end = at + (<usize>count << 2)
  for (; at < end; at += 4) {
    const value = <f64>load<f32>(at)
    if (value == value) out = print(value, out)
    else empty += 1
    if (abs(value) == Infinity) odd += 1
    store<u32>(endsAt, <u32>(out - outAt))
    store<f64>(valuesAt, value)
    store<u8>(out++, LF)
    endsAt += 4
    valuesAt += 8
  }
  return out
}

function print(value: f64, out: usize): usize {
  const bits = reinterpret<u64>(value)
  if (bits >> 63) store<u8>(out++, 0x2d)
  const size = bits & 0x7fffffffffffffff
  if (size == 0) {
    store<u32>(out, 0x302e30) // 0.0
    return out + 3
  }
  if (size == 0x7ff0000000000000) {
    store<u32>(out, 0x666e69) // inf
    return out + 3
  }
  shorten(size)
  if (digits >= 1000000000000000 && exponent <= -16 && exponent >= -19) return probability(out)
  const count = layOut(digits)
  const point = count + exponent
  if (point <= -4 || point > 16) return scientific(count, point - 1, out)
  return plain(count, point, out)
}

/**
 * The usual case, without a detour: 16 or 17 digits of a number below one. Digits are written over what
 * the zeros before them have left.
 */
// @ts-ignore: a decorator of AssemblyScript
@inline
function probability(out: usize): usize {
  const more = <i32>(digits >= 10000000000000000)
  const end = out + 2 - exponent
  if (exponent + 16 + more > 0) return plain(layOut(digits), exponent + 16 + more, out)
  store<u64>(out, ZEROS)
  store<u8>(out, POINT, 1)
  const upper = hundredMillionth(digits)
  const first = <u32>upper / 100000000
  if (more) store<u8>(end - 17, ZERO + <u8>first)
  store<u64>(end - 16, eightDigits(<u32>upper - first * 100000000))
  store<u64>(end - 8, eightDigits(<u32>(digits - upper * 100000000)))
  return end
}

/** `point` digits lie before the point; none where it is negative or zero. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function plain(count: i32, point: i32, out: usize): usize {
  const from = SCRATCH_END - count
  if (point <= 0) {
    store<u64>(out, ZEROS)
    store<u8>(out, POINT, 1)
    out += 2 - point
    copy(out, from, count)
    return out + count
  }
  copy(out, from, count)
  if (point >= count) {
    store<u64>(out + count, ZEROS)
    store<u64>(out + count + 8, ZEROS)
    out += point
    store<u8>(out, POINT)
    store<u8>(out, ZERO, 1)
    return out + 2
  }
  store<u8>(out + point, POINT)
  copy(out + point + 1, from + point, count - point)
  return out + count + 1
}

function scientific(count: i32, power: i32, out: usize): usize {
  const from = SCRATCH_END - count
  store<u8>(out++, load<u8>(from))
  if (count > 1) {
    store<u8>(out++, POINT)
    copy(out, from + 1, count - 1)
    out += count - 1
  }
  store<u8>(out++, 0x65)
  store<u8>(out++, power < 0 ? 0x2d : 0x2b)
  const size = power < 0 ? -power : power
  store<u8>(out++, ZERO + <u8>(size / 10)) // A float32 has an exponent of two digits at most.
  store<u8>(out++, ZERO + <u8>(size % 10))
  return out
}

/** Lays out the digits, at most 17, before `SCRATCH_END`; answers how many there are. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function layOut(value: u64): i32 {
  const upper = hundredMillionth(value)
  const first = <u32>upper / 100000000
  store<u64>(SCRATCH_END - 8, eightDigits(<u32>(value - upper * 100000000)))
  store<u64>(SCRATCH_END - 16, eightDigits(<u32>upper - first * 100000000))
  store<u8>(SCRATCH_END - 17, ZERO + <u8>first)
  let count = 17
  while (load<u8>(SCRATCH_END - count) == ZERO) count -= 1
  return count
}

/** Eight digits as text, the first in the lowest byte. Each step halves all the groups at once. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function eightDigits(value: u32): u64 {
  const fours = <u64>(value / 10000) | (<u64>(value % 10000) << 32)
  const hundreds = ((fours * 10486) >> 20) & 0x7f0000007f
  const twos = hundreds | ((fours - 100 * hundreds) << 16)
  const tens = ((twos * 103) >> 10) & 0xf000f000f000f
  return (tens | ((twos - 10 * tens) << 8)) | ZEROS
}
