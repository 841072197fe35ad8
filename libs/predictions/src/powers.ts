/* The powers of ten that the kernel multiplies by, as `assembly/arithmetic.ts` and `read.ts` find them. */

const POWER_MAX = 80
const POWERS_AT = 1_024
const EXACT_AT = 256
const EXACT_MAX = 22
const BITS = 128n

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
