import { finished } from 'node:stream/promises'
import { createGzip, createZstdCompress } from 'node:zlib'

/** Takes plain bytes; `end` resolves when the last compressed byte has been written. */
export interface Compressor {
  write(bytes: Uint8Array): Promise<void>
  end(): Promise<void>
  /** Frees what the compressor holds; nothing more is written. */
  destroy(): void
}

/** Compresses on the way to `sink`; the same pieces give the same bytes. It waits for a slow sink. */
export function createCompressor(
  kind: 'none' | 'gzip' | 'zstd',
  sink: (bytes: Uint8Array) => Promise<void>,
): Compressor {
  if (kind === 'none') return { write: sink, end: async () => {}, destroy: () => {} }
  const stream = kind === 'gzip' ? createGzip() : createZstdCompress()
  const pumped = pump()
  pumped.catch((error: Error) => stream.destroy(error))
  return {
    async write(bytes) {
      if (bytes.length === 0) return
      await new Promise<void>((resolve, reject) => {
        // A copy: it is compressed later, and what it lies in may be written over before.
        stream.write(Buffer.from(bytes), (error) => (error ? reject(error) : resolve()))
      })
    },
    async end() {
      stream.end()
      await pumped
      await finished(stream)
    },
    destroy: () => stream.destroy(),
  }

  async function pump(): Promise<void> {
    for await (const piece of stream) await sink(piece as Buffer)
  }
}
