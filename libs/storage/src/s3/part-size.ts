const MIB = 1024 * 1024

const FIRST_BYTES = 8 * MIB
const LARGEST_BYTES = 64 * MIB
const PARTS_A_STEP = 400

/** S3 takes at most this many parts in one upload, each of 5 MiB to 5 GiB but for the last. */
export const PARTS_MAX = 10_000

/**
 * Bytes of part `part`, counted from 0: 8 MiB, doubled every 400 parts up to 64 MiB. Small results stay
 * cheap in memory, and large ones bounded: one part is filled while another is on its way, and the
 * SDK copies that once more. S3's 5 TiB an object would take parts of half a gigabyte (Amazon S3
 * User Guide, "Multipart upload limits").
 */
export function partBytes(part: number): number {
  return Math.min(LARGEST_BYTES, FIRST_BYTES * 2 ** Math.floor(part / PARTS_A_STEP))
}

/** The largest object that is written: what all parts hold, 614 GB. */
export const OBJECT_BYTES_MAX = Array.from({ length: PARTS_MAX }, (_, part) =>
  partBytes(part),
).reduce((sum, bytes) => sum + bytes, 0)
