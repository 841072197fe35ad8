/* What the kernel multiplies by, as `assembly/arithmetic.ts`, `probability.ts` and `read.ts` find it. */

const POWER_MAX = 80
const POWERS_AT = 1_024
const EXACT_AT = 256
const EXACT_MAX = 22
const BITS = 128n
const BY_EXPONENT_AT = 512
/** Floats from 2^-13 to 1 are printed by it. */
const EXPONENT_MIN = -13

/** Where the powers end. */
export const POWERS_END = POWERS_AT + (2 * POWER_MAX + 1) * 16

/** Writes the 128 leading bits of each power, rounded up, and the powers that are exact as doubles. */
export function writePowers(memory: ArrayBuffer): void {
  const view = new DataView(memory)
  for (let power = -POWER_MAX; power <= POWER_MAX; power += 1) {
    const bits = leadingBits(power)
    const at = POWERS_AT + (power + POWER_MAX) * 16
    view.setBigUint64(at, bits >> 64n, true)
    view.setBigUint64(at + 8, bits & 0xffff_ffff_ffff_ffffn, true)
  }
  for (let power = 0; power <= EXACT_MAX; power += 1) {
    view.setFloat64(EXACT_AT + power * 8, 10 ** power, true)
  }
  for (let exponent = EXPONENT_MIN; exponent < 0; exponent += 1) {
    writeExponent(view, BY_EXPONENT_AT + (exponent - EXPONENT_MIN) * 32, exponent)
  }
}

/** For floats from 2^exponent to twice as much: how many decimals always suffice, and what follows from it. */
function writeExponent(view: DataView, at: number, exponent: number): void {
  const decimals = -Math.floor((exponent - 52) * Math.log10(2))
  const more = decimals - 16
  view.setBigUint64(at, (5n ** BigInt(decimals)) >> BigInt(-exponent - more), true)
  view.setBigUint64(at + 8, 10n ** BigInt(more), true)
  view.setUint32(at + 16, 10 ** (4 - more), true)
  view.setInt32(at + 24, more === 0 ? -1 : 0, true)
  view.setUint32(at + 28, decimals, true)
}

function leadingBits(power: number): bigint {
  if (power < 0) {
    const divisor = 10n ** BigInt(-power)
    const shift = BITS - 1n + bitsOf(divisor)
    return ((1n << shift) + divisor - 1n) / divisor
  }
  const value = 10n ** BigInt(power)
  const excess = bitsOf(value) - BITS
  return excess <= 0n ? value << -excess : ((value - 1n) >> excess) + 1n
}

const bitsOf = (value: bigint): bigint => BigInt(value.toString(2).length)
