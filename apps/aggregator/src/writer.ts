import { createHash } from 'node:crypto'

/** A file that nobody sees before `commit`. */
export interface Writer {
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
  /** What was written; nothing more may be. */
  seal(): OutputFile
}

export function hashed(uri: string, writer: Writer): HashedWriter {
  const hash = createHash('sha256')
  let bytes = 0
  return {
    async write(piece) {
      if (piece.length === 0) return
      hash.update(piece)
      bytes += piece.length
      await writer.write(piece)
    },
    seal: () => ({ uri, bytes, sha256: hash.digest('hex') }),
    commit: () => writer.commit(),
    abort: () => writer.abort(),
  }
}
