import { rename } from 'node:fs/promises'
import type { Writer } from '../storage.ts'
import { fileUri } from '../uri.ts'
import { classifyFileFailure } from './classify-failure.ts'
import { createTemporary, discard, syncFolderOf } from './temporary.ts'

/** Writes beside `path`; `commit` makes it durable and moves it into place. */
export async function createFileWriter(path: string, signal: AbortSignal): Promise<Writer> {
  const failed = (cause: unknown) => classifyFileFailure('write', fileUri(path), cause)
  const temporary = await createTemporary(path).catch((cause: unknown) => {
    throw failed(cause)
  })
  let bytes = 0
  let committed = false
  return {
    async write(piece) {
      signal.throwIfAborted()
      try {
        await temporary.handle.writeFile(piece)
      } catch (cause) {
        throw failed(cause)
      }
      bytes += piece.length
    },
    async commit() {
      signal.throwIfAborted()
      try {
        await temporary.handle.sync()
        await temporary.handle.close()
        await rename(temporary.path, path)
        committed = true
        await syncFolderOf(path)
      } catch (cause) {
        throw failed(cause)
      }
      return { bytes }
    },
    async abort() {
      if (!committed) await discard(temporary)
    },
  }
}
