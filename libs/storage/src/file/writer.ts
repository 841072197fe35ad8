import { type FileHandle, rename } from 'node:fs/promises'
import type { Writer } from '../writer.ts'
import { fileUri } from '../uri.ts'
import { classifyFileFailure } from './classify-failure.ts'
import { holdFileTo } from './occupant.ts'
import { createTemporary, discard, syncFolderOf } from './temporary.ts'
import { fileVersion } from './version.ts'

/** Small pieces are gathered to so many bytes, since each write is a way to another thread and back. */
const BLOCK_BYTES = 1024 * 1024

/**
 * Writes beside `path`; `commit` makes it durable and moves it into place. One block is written while
 * the next one is filled, so a full disk is told by a later call: the next block's, or `commit`.
 */
export async function createFileWriter(path: string, signal: AbortSignal): Promise<Writer> {
  const failed = (cause: unknown) => classifyFileFailure('write', fileUri(path), cause)
  const temporary = await createTemporary(path).catch((cause: unknown) => {
    throw failed(cause)
  })
  const blocks = createBlocks((block) => writeWhole(temporary.handle, block))
  let bytes = 0
  let committed = false
  return {
    async write(piece) {
      signal.throwIfAborted()
      try {
        await blocks.add(piece)
      } catch (cause) {
        throw failed(cause)
      }
      bytes += piece.length
    },
    async commit({ over } = {}) {
      signal.throwIfAborted()
      try {
        await blocks.end()
        await temporary.handle.sync()
        const version = fileVersion(await temporary.handle.stat({ bigint: true }))
        await holdFileTo('write', path, over)
        await temporary.handle.close()
        await rename(temporary.path, path)
        committed = true
        await syncFolderOf(path)
        return { bytes, version }
      } catch (cause) {
        throw failed(cause)
      }
    },
    async abort() {
      await blocks.settle()
      if (!committed) await discard(temporary)
    },
  }
}

/** In one call, if the file takes all at once; Node's own way makes two of a megabyte. */
async function writeWhole(handle: FileHandle, block: Uint8Array): Promise<void> {
  for (let done = 0; done < block.length; ) {
    done += (await handle.write(block, done)).bytesWritten
  }
}

/** Gathers pieces in two blocks, of which one is on its way at most. */
function createBlocks(write: (block: Uint8Array) => Promise<void>) {
  let filling = Buffer.alloc(0)
  let spare = Buffer.alloc(0)
  let filled = 0
  let writing: Promise<void> | undefined
  const flush = async (): Promise<void> => {
    await writing
    writing = filled === 0 ? undefined : write(filling.subarray(0, filled))
    writing?.catch(() => {}) // Whoever waits for it next is told.
    ;[filling, spare] = [spare, filling]
    filled = 0
  }
  return {
    async add(piece: Uint8Array): Promise<void> {
      if (filled === 0 && piece.length >= BLOCK_BYTES) {
        // A block already: to gather it would only copy it.
        await writing
        writing = undefined
        return await write(piece)
      }
      for (let done = 0; done < piece.length; ) {
        if (filling.length === 0) filling = Buffer.allocUnsafeSlow(BLOCK_BYTES)
        const taken = piece.subarray(done, done + BLOCK_BYTES - filled)
        filling.set(taken, filled)
        filled += taken.length
        done += taken.length
        if (filled === BLOCK_BYTES) await flush()
      }
    },
    async end(): Promise<void> {
      await flush()
      await writing
    },
    /** Waits for what is on its way, whatever becomes of it. */
    settle: async (): Promise<void> => await writing?.catch(() => {}),
  }
}
