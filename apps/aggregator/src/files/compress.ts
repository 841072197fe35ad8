import { finished } from 'node:stream/promises'
import { createGzip, createZstdCompress } from 'node:zlib'

/** Takes plain bytes; `end` resolves when the last compressed byte has been written. */
export interface Compressor {
  /** Rejects with what the sink did: a failure is told by the call that it meets, or by a later one. */
  write(bytes: Uint8Array): Promise<void>
  end(): Promise<void>
  /** Frees what the compressor holds; nothing more is written. */
  destroy(): void
}

/**
 * Compresses on the way to `sink`; the same pieces give the same bytes. It waits for a slow sink.
 *
 * A stream that is left before its end is destroyed, and then says nothing but that: so the sink's own
 * error is kept here. By it is decided whether the result can be written at another time, or never.
 */
export function createCompressor(
  kind: 'none' | 'gzip' | 'zstd',
  sink: (bytes: Uint8Array) => Promise<void>,
): Compressor {
  if (kind === 'none') return { write: sink, end: async () => {}, destroy: () => {} }
  const stream = kind === 'gzip' ? createGzip() : createZstdCompress()
  let failure: { readonly reason: unknown } | undefined
  let rejectWrite: (reason: unknown) => void = () => {}
  const pumped = pump()
  pumped.catch(() => {}) // Who writes or ends is told.
  return {
    async write(bytes) {
      if (bytes.length === 0) return
      if (failure !== undefined) throw failure.reason
      await new Promise<void>((resolve, reject) => {
        // A stream that is destroyed while it compresses may never answer.
        rejectWrite = reject
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
    for await (const piece of stream) await sink(piece as Buffer).catch(fail)
  }

  function fail(reason: unknown): never {
    failure = { reason }
    rejectWrite(reason)
    throw reason
  }
}
