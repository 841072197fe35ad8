import { statfs } from 'node:fs/promises'

/** Below this a run stops while it still can stop cleanly. */
export const FREE_BYTES_MIN = 4 * 1024 * 1024

/** Bytes that this user may still write in the file system of `folder`. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/**
 * Bytes that a run writes: the recorded predictions, the result, and the input again when it is
 * joined. About 30 bytes a row, and rows are hardly ever shorter than 16 bytes.
 */
export function bytesNeeded(inputBytes: number, joins: boolean): number {
  return FREE_BYTES_MIN + inputBytes * (joins ? 3 : 2)
}
