import { statfs } from 'node:fs/promises'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'

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

const LOOK_EVERY_MS = 500

/** Stops the run while it still can stop cleanly; a full disk would end it in the middle of a write. */
export function watchDisk(folder: string, trouble: AbortController): Disposable {
  const look = async (): Promise<void> => {
    const free = await freeBytes(folder)
    if (free >= FREE_BYTES_MIN) return
    throw new CliError(`${folder}: the disk is full (${free} bytes left)`, {
      hint: 'free some; the same command continues',
      exitCode: EXIT.failed,
    })
  }
  const timer = setInterval(
    () => void look().catch((error: unknown) => trouble.abort(error)),
    LOOK_EVERY_MS,
  )
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
