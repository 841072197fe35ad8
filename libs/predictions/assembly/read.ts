import { floorLog2Pow10, mulHigh, POWER_MAX, powerAt } from './arithmetic'

/*
 * Reads the numbers of lines exactly. A number that is written in another way than by digits, or so
 * near to the middle between two doubles that 128 bits do not tell, is left to the caller: odd.
 */

const LF: u8 = 0x0a
const NO_NUMBER: f64 = NaN
/** Digits that a u64 always holds. */
const DIGITS_MAX: i32 = 19

let odd: u32 = 0
let empty: u32 = 0

/** Lines that were not read, whose number is NaN. */
export function oddLines(): u32 {
  return odd
}

export function emptyLines(): u32 {
  return empty
}

/** Counts the lines of `length` bytes; up to 15 bytes behind them are read. */
export function countLines(at: usize, length: u32): u32 {
  const newline = i8x16.splat(LF)
  const end = at + length
  let lines: u32 = 1
  for (; at + 16 <= end; at += 16) {
    lines += popcnt(i8x16.bitmask(i8x16.eq(v128.load(at), newline)))
  }
  const last = (1 << <u32>(end - at)) - 1
  return lines + popcnt(i8x16.bitmask(i8x16.eq(v128.load(at), newline)) & last)
}

/**
 * Reads the lines of a text that lies at `at`, with a newline behind it and 16 bytes more that may be
 * read. Writes where each line ends (u32, from `at`) and its number (f64, NaN for an empty line).
 * Answers the number of lines.
 */
export function readLines(at: usize, length: u32, endsAt: usize, valuesAt: usize): u32 {
  odd = 0
  empty = 0
  let lines: u32 = 0
  const end = at + length
  for (let from = at; from <= end; from = lineEnd + 1) {
    const value = readLine(from)
    store<u32>(endsAt + (<usize>lines << 2), <u32>(lineEnd - at))
    store<f64>(valuesAt + (<usize>lines << 3), value)
    lines += 1
  }
  return lines
}

/** Where the line that was read last ends. */
let lineEnd: usize = 0

function readLine(from: usize): f64 {
  let at = from
  const negative = load<u8>(at) == 0x2d
  if (negative) at += 1
  let number: u64 = 0
  const whole = at
  while (isDigit(at)) number = number * 10 + digitAt(at++)
  let digits = <i32>(at - whole)
  let power = 0
  if (load<u8>(at) == 0x2e) {
    at += 1
    const fraction = at
    for (let eights = 0; eights < 2 && areEightDigits(at); eights += 1) {
      number = number * 100000000 + eightDigitsAt(at)
      at += 8
    }
    while (isDigit(at)) number = number * 10 + digitAt(at++)
    power = -<i32>(at - fraction)
    digits -= power
  }
  if (digits > DIGITS_MAX) digits -= leadingZeros(whole)
  if (digits > 0 && (load<u8>(at) | 0x20) == 0x65) {
    const mark = at++
    const minus = load<u8>(at) == 0x2d
    if (minus || load<u8>(at) == 0x2b) at += 1
    const start = at
    let written = 0
    while (isDigit(at)) written = min(written * 10 + <i32>digitAt(at++), 100000)
    if (at == start) at = mark
    power += minus ? -written : written
  }
  if (load<u8>(at) != LF || digits <= 0 || digits > DIGITS_MAX) return notRead(from, at)
  lineEnd = at
  const size = scale(number, power)
  if (size != size) odd += 1
  return negative ? -size : size
}

function notRead(from: usize, at: usize): f64 {
  while (load<u8>(at) != LF) at += 1
  lineEnd = at
  if (at == from) empty += 1
  else odd += 1
  return NO_NUMBER
}

/** Zeros before the first digit that counts. */
function leadingZeros(at: usize): i32 {
  let zeros = 0
  for (; load<u8>(at) == 0x30 || load<u8>(at) == 0x2e; at += 1) {
    if (load<u8>(at) == 0x30) zeros += 1
  }
  return zeros
}

/** The double next to `number × 10^power`; NaN where it is not certain. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function scale(number: u64, power: i32): f64 {
  if (number == 0) return 0
  // Both are doubles without error, and so is rounded once (W. D. Clinger, 1990).
  if (number <= <u64>1 << 53 && power >= -22 && power <= 22) {
    const ten = load<f64>(<usize>((power < 0 ? -power : power) << 3), EXACT_AT)
    return power < 0 ? <f64>number / ten : <f64>number * ten
  }
  if (power < -POWER_MAX + 20 || power > POWER_MAX - 20) return NO_NUMBER
  return scaleLong(number, power)
}

/** Where 10^0 to 10^22 lie as doubles. */
const EXACT_AT: usize = 256

/**
 * The leading bits of the product with 128 bits of the power (D. Lemire, "Number parsing at a gigabyte
 * per second", 2021). The product is too large by less than two of its last bits, so it tells the
 * double unless it is as near as that to the middle between two.
 */
function scaleLong(number: u64, power: i32): f64 {
  const shift = clz(number)
  const normal = number << shift
  const table = powerAt(power)
  const carried = mulHigh(normal, load<u64>(table, 8))
  const part = normal * load<u64>(table)
  const low = part + carried
  const high = mulHigh(normal, load<u64>(table)) + <u64>(low < part)
  const leading = <u32>(high >> 63)
  const rest = 10 + leading
  // The bits below the mantissa, of which the first says whether to round up.
  const below = high & ((<u64>1 << <u64>rest) - 1)
  const half = <u64>1 << <u64>(rest - 1)
  const nearHalf = (below == half && low < 4) || (below == half - 1 && low > ~(<u64>4))
  if (nearHalf) return NO_NUMBER
  let mantissa = (high >> rest) + <u64>(below >= half)
  let binary = floorLog2Pow10(power) + 63 + <i32>leading - <i32>shift + 1023
  if (mantissa == <u64>1 << 53) {
    mantissa >>= 1
    binary += 1
  }
  if (binary <= 0 || binary >= 0x7ff) return NO_NUMBER
  return reinterpret<f64>((mantissa & 0xfffffffffffff) | (<u64>binary << 52))
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function digitAt(at: usize): u64 {
  return <u64>load<u8>(at) - 0x30
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function isDigit(at: usize): bool {
  return <u32>load<u8>(at) - 0x30 < 10
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function areEightDigits(at: usize): bool {
  const text = load<u64>(at)
  return (((text + 0x4646464646464646) | (text - 0x3030303030303030)) & 0x8080808080808080) == 0
}

/** Each step joins neighbours: eight digits, four pairs, two fours. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function eightDigitsAt(at: usize): u64 {
  const ones = load<u64>(at) - 0x3030303030303030
  const pairs = ones * 10 + (ones >> 8)
  return (
    (((pairs & 0xff000000ff) * 0xf424000000064) + (((pairs >> 16) & 0xff000000ff) * 0x271000000001)) >> 32
  )
}
