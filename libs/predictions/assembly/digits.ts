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
