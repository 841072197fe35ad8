const MIB = 1024 * 1024

const FIRST_BYTES = 8 * MIB
const PARTS_A_STEP = 1_000

/** S3 takes at most this many parts in one upload, each of 5 MiB to 5 GiB but for the last. */
export const PARTS_MAX = 10_000

/**
 * Bytes of part `part`, counted from 0: 8 MiB, doubled every 1,000 parts. The 10,000 parts that S3
 * allows then hold more than the 5 TiB that an object may have, and small results stay cheap in
 * memory (Amazon S3 User Guide, "Multipart upload limits").
 */
export function partBytes(part: number): number {
  return FIRST_BYTES * 2 ** Math.floor(part / PARTS_A_STEP)
}
