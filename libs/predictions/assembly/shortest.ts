import { floorLog2Pow10, mulHigh, powerAt, tenth } from './arithmetic'

/*
 * The shortest digits that read back as the same double, after Raffaello Giulietti, "The Schubfach
 * way to render doubles" (2020): of the numbers that round to the double, take the one of a power
 * of ten so large that at most two of its multiples lie among them, or the nearer of two a power below.
 */

/** What `shorten` found: `digits × 10^exponent`. */
export let digits: u64 = 0
export let exponent: i32 = 0

/** For the bits of a finite double above zero that is not subnormal. */
export function shorten(bits: u64): void {
  const fraction = bits & 0xfffffffffffff
  const biased = <i32>((bits >> 52) & 0x7ff)
  const c = fraction | 0x10000000000000
  const q = biased - 1075
  // Below a power of two the neighbour is only half as far.
  const irregular = fraction == 0
  const k = irregular ? (q * 1262611 - 524031) >> 22 : (q * 1262611) >> 22
  const h = q + floorLog2Pow10(-k) + 1
  const power = powerAt(-k)
  const high = load<u64>(power)
  const low = load<u64>(power, 8)
  // The double, and the halves of the ways to its neighbours, as 192 bits of which the last 64 are a tail.
  const scaled = c << (h + 2)
  const carried = mulHigh(low, scaled)
  const part = high * scaled
  const tail = low * scaled
  const rest = part + carried
  const top = mulHigh(high, scaled) + <u64>(rest < part)
  const up = <u64>(h + 1)
  const down = up - <u64>irregular
  const below = minus(top, rest, tail, high, low, down)
  const middle = odd(top, rest)
  const above = plus(top, rest, tail, high, low, up)
  // An end belongs to the numbers that round to the double when its last bit is zero.
  const least = below + (c & 1)
  const most = above - (c & 1)
  choose(middle, least, most, k)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function choose(middle: u64, least: u64, most: u64, k: i32): void {
  const s = middle >> 2
  if (s >= 10) {
    const tens = tenth(s)
    const under = least <= 40 * tens
    const over = 40 * tens + 40 <= most
    if (under != over) return found(tens + <u64>over, k + 1)
  }
  const under = least <= s << 2
  const over = (s << 2) + 4 <= most
  if (under != over) return found(s + <u64>over, k)
  const half = (s << 2) + 2
  const up = middle > half || (middle == half && (s & 1) != 0)
  found(s + <u64>up, k)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function found(value: u64, power: i32): void {
  for (let less = tenth(value); less * 10 == value; less = tenth(value)) {
    value = less
    power += 1
  }
  digits = value
  exponent = power
}

/** Rounds to an odd number what is no whole one, so that comparisons with even ones stay true. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function odd(top: u64, rest: u64): u64 {
  return top | <u64>(rest > 1)
}

/** Adds `high:low << shift`, where the shift is from 1 to 63. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function plus(top: u64, rest: u64, tail: u64, high: u64, low: u64, shift: u64): u64 {
  const tailSum = tail + (low << shift)
  const added = (high << shift) | (low >> (64 - shift))
  const sum = rest + added
  const carried = sum + <u64>(tailSum < tail)
  const carry = <u64>(sum < rest) + <u64>(carried < sum)
  return odd(top + (high >> (64 - shift)) + carry, carried)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function minus(top: u64, rest: u64, tail: u64, high: u64, low: u64, shift: u64): u64 {
  const taken = (high << shift) | (low >> (64 - shift))
  const difference = rest - taken
  const borrowed = difference - <u64>(tail < low << shift)
  const borrow = <u64>(rest < taken) + <u64>(borrowed > difference)
  return odd(top - (high >> (64 - shift)) - borrow, borrowed)
}
