import { createHasher } from '../thread/hasher.ts'

/** A file that nobody sees before `commit`. */
export interface Writer {
  /** The bytes may be used again once it resolves. */
  write(bytes: Uint8Array): Promise<void>
  commit(): Promise<unknown>
  /** Leaves nothing behind; does nothing after `commit`. */
  abort(): Promise<void>
}

/** A file of the result, as it was written. */
export interface OutputFile {
  readonly uri: string
  readonly bytes: number
  readonly sha256: string
}

/** A writer that knows what it has written, for the manifest. */
export interface HashedWriter extends Writer {
  /** Ends the file and tells what was written; nothing more may be. It comes before `commit`. */
  seal(): Promise<OutputFile>
}

const BLOCK_BYTES = 1024 * 1024
/** Most files are small: a first block begins so, and grows. */
const FIRST_BYTES = 16 * 1024
/** One is filled while the others are hashed and written; enough that a busy machine's pauses do not meet. */
const BLOCKS = 8

/**
 * Gathers what is written in blocks, which are hashed and then written while the next ones are filled. So a
 * failure is told by a later call: a later `write`, or `seal`. What is passed to `write` has been copied
 * when it returns: only to go on has to wait.
 */
export function hashed(uri: string, writer: Writer): HashedWriter {
  const hasher = createHasher()
  const spare: ArrayBuffer[] = []
  const underWay: Promise<void>[] = []
  let written: Promise<void> = Promise.resolve()
  let block: ArrayBuffer | undefined
  let [filled, bytes] = [0, 0]

  const passOn = (full: ArrayBuffer, length: number): Promise<void> => {
    written = written.then(() => writer.write(new Uint8Array(full, 0, length)))
    return written
  }
  const leave = async (full: ArrayBuffer): Promise<void> => {
    const back = await hasher.update(full, BLOCK_BYTES)
    await passOn(back, BLOCK_BYTES)
    if (spare.length < BLOCKS) spare.push(back)
  }
  const fill = (piece: Uint8Array): void => {
    for (let done = 0; done < piece.length; ) {
      const taken = piece.subarray(done, done + BLOCK_BYTES - filled)
      block ??= spare.pop()
      block = withRoom(block, filled, taken.length, underWay.length > 0)
      new Uint8Array(block, filled).set(taken)
      filled += taken.length
      done += taken.length
      if (filled < BLOCK_BYTES) continue
      const leaving = leave(block)
      leaving.catch(() => {}) // Whoever waits for it is told.
      underWay.push(leaving)
      block = undefined
      filled = 0
    }
  }
  return {
    async write(piece) {
      fill(piece)
      bytes += piece.length
      while (underWay.length >= BLOCKS) {
        await underWay[0]
        void underWay.shift()
      }
    },
    async seal() {
      const { digest, block: last } = await hasher.end(block ?? new ArrayBuffer(0), filled)
      await Promise.all(underWay)
      await passOn(last, filled)
      return { uri, bytes, sha256: digest }
    },
    commit: () => writer.commit(),
    async abort() {
      hasher.abort()
      await Promise.allSettled([...underWay, written])
      await writer.abort()
    },
  }
}

/** The block, or a larger one with what it is filled with; whole from the second on. */
function withRoom(
  block: ArrayBuffer | undefined,
  filled: number,
  bytes: number,
  whole: boolean,
): ArrayBuffer {
  const needed = filled + bytes
  if (block !== undefined && needed <= block.byteLength) return block
  const room = Math.max(FIRST_BYTES, 2 ** Math.ceil(Math.log2(needed)))
  const grown = new ArrayBuffer(whole ? BLOCK_BYTES : Math.min(BLOCK_BYTES, room))
  if (block !== undefined) new Uint8Array(grown).set(new Uint8Array(block, 0, filled))
  return grown
}
