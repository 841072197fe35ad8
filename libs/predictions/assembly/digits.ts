import { hundredMillionth } from './arithmetic'

/* Numbers as decimal digits, eight at a time. */

export const ZERO: u8 = 0x30
export const ZEROS: u64 = 0x3030303030303030
/** 32 bytes in which digits are laid out, the last one at the end of the first 24. */
const SCRATCH: usize = 64
export const SCRATCH_END: usize = SCRATCH + 24

/** Lays out the digits, at most 17, before `SCRATCH_END`; answers how many there are. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function layOut(value: u64): i32 {
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
export function eightDigits(value: u32): u64 {
  const fours = <u64>(value / 10000) | (<u64>(value % 10000) << 32)
  const hundreds = ((fours * 10486) >> 20) & 0x7f0000007f
  const twos = hundreds | ((fours - 100 * hundreds) << 16)
  const tens = ((twos * 103) >> 10) & 0xf000f000f000f
  return (tens | ((twos - 10 * tens) << 8)) | ZEROS
}

/** Twice eight digits as text, the first in the lowest byte: the steps of `eightDigits` for both at once. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function sixteenDigits(first: u32, second: u32): v128 {
  const both = i64x2.splat(<i64>(<u64>first | (<u64>second << 32)))
  // Exact for whatever has 32 bits.
  const product = i64x2.extmul_low_i32x4_u(both, i32x4.splat(<i32>0xd1b71759))
  const upper = i64x2.shr_u(product, 45)
  const lower = i64x2.sub(i64x2.extend_low_i32x4_u(both), i32x4.mul(upper, i32x4.splat(10000)))
  const fours = v128.or(upper, i64x2.shl(lower, 32))
  const hundreds = i32x4.shr_u(i32x4.mul(fours, i32x4.splat(10486)), 20)
  const units = i32x4.sub(fours, i32x4.mul(hundreds, i32x4.splat(100)))
  const twos = v128.or(hundreds, i32x4.shl(units, 16))
  const tens = i16x8.shr_u(i16x8.mul(twos, i16x8.splat(103)), 10)
  const ones = i16x8.sub(twos, i16x8.mul(tens, i16x8.splat(10)))
  return v128.or(v128.or(tens, i16x8.shl(ones, 8)), i8x16.splat(<i8>ZERO))
}

/** Four digits as text, the first in the lowest byte. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function fourDigits(value: u32): u32 {
  const hundreds = (value * 10486) >> 20
  const twos = hundreds | ((value - 100 * hundreds) << 16)
  const tens = ((twos * 103) >> 10) & 0xf000f
  return tens | ((twos - 10 * tens) << 8) | <u32>ZEROS
}
