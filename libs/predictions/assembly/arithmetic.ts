/* 128-bit products, and the powers of ten that `src/powers.ts` puts into the memory. */

/** Where the powers lie: 16 bytes each, high half first, from 10^-POWER_MAX to 10^POWER_MAX. */
export const POWERS_AT: usize = 1024
export const POWER_MAX: i32 = 80

/** The 128 leading bits of 10^power, rounded up. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function powerAt(power: i32): usize {
  return POWERS_AT + (<usize>(power + POWER_MAX) << 4)
}

/** The upper half of a product; the lower half is `a * b`. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function mulHigh(a: u64, b: u64): u64 {
  const a0 = a & 0xffffffff
  const a1 = a >> 32
  const b0 = b & 0xffffffff
  const b1 = b >> 32
  const low = a0 * b0
  const middle = a1 * b0 + (low >> 32)
  const other = a0 * b1 + (middle & 0xffffffff)
  return a1 * b1 + (middle >> 32) + (other >> 32)
}

/* Division by multiplication (T. Granlund, P. Montgomery, 1994): the machine's takes ten times as long. */

// @ts-ignore: a decorator of AssemblyScript
@inline
export function tenth(value: u64): u64 {
  return mulHigh(value, 0xcccccccccccccccd) >> 3
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function hundredMillionth(value: u64): u64 {
  return mulHigh(value, 0xabcc77118461cefd) >> 26
}

/** floor(log2(10^power)), for powers of the table. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function floorLog2Pow10(power: i32): i32 {
  return (power * 1741647) >> 19
}

/** Copies 16 bytes at a time: reads and writes up to 15 beyond. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function copy(to: usize, from: usize, length: usize): void {
  for (let done: usize = 0; done < length; done += 16) {
    v128.store(to + done, v128.load(from + done))
  }
}
