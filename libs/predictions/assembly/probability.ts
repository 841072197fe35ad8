import { floorLog2Pow10, hundredMillionth, powerAt, tenth } from './arithmetic'
import { eightDigits, ZERO, ZEROS } from './digits'

/*
 * Prints what nearly each prediction is: a float32 from 2^-13 to 1. Widened to a double it keeps its 24 bits,
 *
 *     value = c × 2^-e        value × 10^n = c × 5^n × 2^-s,  s = e - n
 *
 * and c × 5^n has 71 bits at most: so, other than for doubles (`shortest.ts`), two products tell the digits and
 * what is left of them without any error. Half the way to the next double is 5^n × 2^-30 of the same units for
 * all of them, and never a whole number: there are no ties to think of.
 */

const POINT: u8 = 0x2e
/** 2^-13 and 1, as bits of float32. */
const LEAST: u32 = 114 << 23
const ONE: u32 = 127 << 23
const FRACTION: u32 = 0x7fffff

/** Below a power of two the next double is nearer: those are left to `shorten`. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function isProbability(bits: u32): bool {
  return bits - LEAST < ONE - LEAST && (bits & FRACTION) != 0
}

/** Answers the end; 0 for a number of fewer digits than fifteen or so. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function printProbability(bits: u32, out: usize): usize {
  const c = <u64>((bits & FRACTION) | (FRACTION + 1))
  const biased = <i32>(bits >> 23)
  // The digits that always suffice, as `shorten` finds them.
  const n = -(((biased - 179) * 1262611) >> 22)
  const s = <u64>(150 - biased - n)
  const fives = load<u64>(powerAt(n)) >> <u64>(63 - floorLog2Pow10(n) + n)
  const low = c * (fives & 0xffffffff)
  let digits = ((c * (fives >> 32)) << (32 - s)) + (low >> s)
  const rest = low & ((<u64>1 << s) - 1)

  const last = digits - tenth(digits) * 10
  const down = (last << s) | rest
  const up = (<u64>10 << s) - down
  const reach = fives >> 30
  const isDown = <u64>(down <= reach)
  const isUp = <u64>(up <= reach)
  // One digit less will do, or the nearer of two.
  const shorter = isDown | isUp
  const nearer = <u64>((rest << 1) + (digits & 1) > <u64>1 << s)
  digits += shorter ? isUp * 10 - last : nearer

  const end = out + 2 + n
  const upper = hundredMillionth(digits)
  const first = <u32>upper / 100000000
  store<u64>(out, ZEROS)
  store<u8>(end - 17, ZERO + <u8>first)
  store<u8>(out, POINT, 1)
  store<u64>(end - 16, eightDigits(<u32>upper - first * 100000000))
  store<u64>(end - 8, eightDigits(<u32>(digits - upper * 100000000)))
  return shorter && load<u8>(end - 2) == ZERO ? 0 : end - <usize>shorter
}
