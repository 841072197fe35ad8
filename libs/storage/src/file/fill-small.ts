import { readSync } from 'node:fs'
import { fillInPool } from './fill.ts'

/** A batch, as a consumer reads it. */
const SMALL_BYTES_MAX = 64 * 1024
/** What takes longer did not come out of memory, or this process had to wait for a core. */
const SLOW_MS = 2
/** So many reads go through the pool before the calling thread tries again. */
const READS_IN_POOL = 64

/** Reads from an open file, as `fillInPool` does. */
export type Fill = (fd: number, target: Uint8Array, start: number) => Promise<number>

/**
 * Reads little in the calling thread: what the page cache holds, and it holds what was scanned a moment
 * ago, is copied in a fraction of what it takes to wake another thread. Where a read turns out to wait for
 * a disk or a network, the next 64 go through Node's pool, so that such a file holds nobody up.
 */
export function createFillSmall(now: () => number): Fill {
  let readsInPool = 0
  return async (fd, target, start) => {
    if (target.length > SMALL_BYTES_MAX || readsInPool > 0) {
      readsInPool = Math.max(0, readsInPool - 1)
      return await fillInPool(fd, target, start)
    }
    const startedAt = now()
    const bytes = fillAtOnce(fd, target, start)
    if (now() - startedAt > SLOW_MS) readsInPool = READS_IN_POOL
    return bytes
  }
}

function fillAtOnce(fd: number, target: Uint8Array, start: number): number {
  let done = 0
  while (done < target.length) {
    const bytes = readSync(fd, target, done, target.length - done, start + done)
    if (bytes === 0) break
    done += bytes
  }
  return done
}
