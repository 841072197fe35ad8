/*
 * Memory that answers and their bytes lie in, used again. Given up page by page, it would stay until V8 looks for it,
 * which is after tens of megabytes.
 */

export interface SpareMemory {
  /** So many bytes of it, with whatever was in them. */
  take(bytes: number): Buffer
  /** For what was taken here, and nobody looks at any more; does nothing for other memory. */
  giveBack(taken: Uint8Array): void
}

/** What is kept of it; more is left to V8. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024
/** The next page is rarely larger by more. */
const ROOM = 1.125

export function createSpareMemory(): SpareMemory {
  const kept: ArrayBufferLike[] = []
  const taken = new WeakSet<ArrayBufferLike>()
  let keptBytes = 0
  return {
    take(bytes) {
      const last = kept.pop()
      keptBytes -= last?.byteLength ?? 0
      const fits = last !== undefined && last.byteLength >= bytes
      const memory = fits ? last : Buffer.allocUnsafeSlow(Math.ceil(bytes * ROOM)).buffer
      taken.add(memory)
      return Buffer.from(memory, 0, bytes)
    },
    giveBack({ buffer }) {
      if (!taken.delete(buffer) || keptBytes + buffer.byteLength > KEPT_BYTES_MAX) return
      kept.push(buffer)
      keptBytes += buffer.byteLength
    },
  }
}
