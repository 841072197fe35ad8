import { copy } from './arithmetic'
import { eightDigits, layOut, SCRATCH_END, ZERO, ZEROS } from './digits'
import { isProbability, printProbability } from './probability'
import { digits, exponent, shorten } from './shortest'
import { writeClasses } from './write'

/*
 * Prints float32 values, widened to doubles, as Python's `repr` does: with a point or an exponent
 * always, an exponent below 1e-4 and from 1e16 on, of two digits at least.
 */

const POINT: u8 = 0x2e
const LF: u8 = 0x0a

let odd: u32 = 0
let empty: u32 = 0
let textBytes: u32 = 0

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
    const bits = load<u32>(at)
    let printed: usize = 0
    if (isProbability(bits)) printed = printProbability(bits, out)
    if (printed != 0) out = printed
    else if (value == value) out = print(value, out)
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

/** How long the lines are that the last `printRows` has not written. */
export function textPrinted(): u32 {
  return textBytes
}

/**
 * Writes the row of a result for each float, as `writeRows` does with its line, which is in it, and its number (f64)
 * beside it; answers the end. Answers 0 where one of them is NaN or infinite.
 */
export function printRows(at: usize, count: u32, outAt: usize, valuesAt: usize): usize {
  let out = outAt
  let classes: usize = 0
  const end = at + (<usize>count << 2)
  for (; at < end; at += 4) {
    const value = <f64>load<f32>(at)
    if (value - value != 0) return 0
    const bits = load<u32>(at)
    let printed: usize = 0
    if (isProbability(bits)) printed = printProbability(bits, out)
    if (printed == 0) printed = print(value, out)
    out = writeClasses(value, printed)
    classes += out - printed
    store<f64>(valuesAt, value)
    store<u8>(out++, LF)
    valuesAt += 8
  }
  // No newline is behind the last line.
  textBytes = <u32>(out - outAt - classes - min<usize>(1, count))
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
  const count = layOut(digits)
  const point = count + exponent
  if (point <= -4 || point > 16) return scientific(count, point - 1, out)
  return plain(count, point, out)
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
