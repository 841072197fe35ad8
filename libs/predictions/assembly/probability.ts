import { fourDigits, sixteenDigits, ZERO } from './digits'

/*
 * Prints what nearly each prediction is: a float32 from 2^-13 to 1. It is a whole number of 2^-37, and so one
 * product tells its first eight decimals and what is left of it, without any error, the next one eight more:
 *
 *     value = v × 2^-37        v × 10^8 = a × 2^37 + rest,  rest × 10^8 = b × 2^37 + rest, …
 *
 * Of those that follow, four at most, it depends on the exponent how many always suffice. Half the way to the
 * next double is never a whole number of the same units: there are no ties to think of.
 */

/** "0." */
const ZERO_POINT: u16 = 0x2e30
/** 2^-13 and 1, as bits of float32. */
const LEAST: u32 = 114 << 23
const ONE: u32 = 127 << 23
const FRACTION: u32 = 0x7fffff

const UNIT: u64 = 1 << 37
const REST: u64 = UNIT - 1
const TEN_UNITS: u64 = 10 * UNIT
const EIGHT: u64 = 100_000_000

/** What `src/powers.ts` puts into the memory for each exponent, 32 bytes each. */
const BY_EXPONENT: usize = 512
/** Half the way to the next double, in units of 2^-37 of the last decimal. */
const REACH: usize = 0
/** 10^k for k decimals behind the sixteenth, and 10^(4 - k). */
const TENS: usize = 8
const TENS_MISSING: usize = 16
/** All ones where there is none behind the sixteenth. */
const NONE: usize = 24
const DECIMALS: usize = 28

/** Below a power of two the next double is nearer: those are left to `shorten`. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function isProbability(bits: u32): bool {
  return bits - LEAST < ONE - LEAST && (bits & FRACTION) != 0
}

/** Answers the end; 0 for one whose sixteenth decimal is rounded up to the eighth. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function printProbability(bits: u32, out: usize): usize {
  const biased = bits >> 23
  const by = BY_EXPONENT + (<usize>(biased - 114) << 5)
  const tens = load<u64>(by, TENS)
  const none = <i64>load<i32>(by, NONE)
  const first = (<u64>((bits & FRACTION) | (FRACTION + 1)) << <u64>(biased - 113)) * EIGHT
  const second = (first & REST) * EIGHT
  const third = (second & REST) * tens
  let eight = <i64>(second >> 37)
  let more = <i64>(third >> 37)

  const rest = third & REST
  const last = <u64>(<u32>(more | (eight & none)) % 10)
  const down = (last << 37) | rest
  const reach = load<u64>(by, REACH)
  const isUp = <i64>(TEN_UNITS - down <= reach)
  // One decimal less will do, or the nearer of two. Both are as frequent: nothing of it is a branch.
  const shorter = <i64>(down <= reach) | isUp
  const nearer = <i64>((rest << 1) + (last & 1) > UNIT)
  const added = nearer + (-shorter & (isUp * 10 - <i64>last - nearer))
  more += added & ~none
  const carry = <i64>(more >= <i64>tens)
  more -= carry * <i64>tens
  eight += (added & none) + carry
  if (eight >= <i64>EIGHT) return 0

  store<u16>(out, ZERO_POINT)
  v128.store(out + 2, sixteenDigits(<u32>(first >> 37), <u32>eight))
  store<u32>(out + 18, fourDigits(<u32>more * load<u32>(by, TENS_MISSING)))
  let end = out + 2 + load<u32>(by, DECIMALS) - <usize>shorter
  while (load<u8>(end - 1) == ZERO) end -= 1
  return end
}
