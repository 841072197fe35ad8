import type { Transform } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { StorageError } from './storage-error.ts'

export type Compression = 'gzip' | 'zstd'

/*
 * Compressed files are often several streams one after the other: `cat a.gz b.gz`, pigz and bgzip
 * write gzip members, pzstd writes zstd frames between skippable ones. Node's zstd decoder ends after
 * the first frame and says nothing of the rest (24.21), its gzip decoder ends at zeros; so each
 * decoder is asked how many bytes it took, and the rest goes to a new one.
 *
 *     pieces ──▶ decoder ──▶ text
 *        ▲          │ ended early
 *        └── rest ──┘
 */

/** The compression that an object's first four bytes are of, if any. */
export function compressionOf(bytes: Uint8Array): Compression | 'none' {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip'
  // A frame, or a skippable one, of which there are sixteen (RFC 8878, section 3.1).
  const [first = 0, ...rest] = bytes.subarray(0, 4)
  const ending = Buffer.from(rest).toString('hex')
  if (first === 0x28 && ending === 'b52ffd') return 'zstd'
  return first >> 4 === 5 && ending === '2a4d18' ? 'zstd' : 'none'
}

export interface DecompressOptions {
  /** What errors are about. */
  readonly uri: string
  readonly compression: Compression
  readonly bytesMax: number
}

/**
 * What the pieces of a compressed object decompress to, up to a quarter of a megabyte at a time.
 * Memory does not grow with either side. An object of no bytes is empty.
 *
 * @throws {StorageError} `compression_invalid` when they are no such stream, are damaged or cut;
 *   `too_large` before a byte above `bytesMax` comes out; what reading `pieces` throws.
 */
export async function* decompress(
  pieces: AsyncIterable<Uint8Array>,
  { uri, compression, bytesMax }: DecompressOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const input = createInput(pieces)
  let bytes = 0
  try {
    while (await input.has(compression === 'gzip' && bytes > 0 ? isPadding : () => false)) {
      for await (const text of decodeOne(input, compression)) {
        bytes += text.length
        if (bytes > bytesMax) throw expandsTooFar(uri, bytesMax)
        yield text
      }
    }
  } catch (cause) {
    throw isDecoderFailure(cause) ? invalid(uri, compression, cause) : cause
  } finally {
    await input.close()
  }
}

/** Decodes until the decoder has enough; what it did not take goes back to the input. */
async function* decodeOne(input: Input, compression: Compression): AsyncGenerator<Uint8Array> {
  const decoder: Decoder = DECODERS[compression]({ chunkSize: CHUNK_BYTES })
  const feeding = feed(decoder, input)
  feeding.catch((error: Error) => decoder.destroy(error))
  try {
    yield* decoder
    await feeding
  } finally {
    decoder.destroy()
    await feeding.catch(() => {}) // It has its reader, who is told.
  }
}

async function feed(decoder: Decoder, input: Input): Promise<void> {
  let given = 0
  while (!decoder.destroyed) {
    const piece = await input.next()
    if (piece === undefined) return void decoder.end()
    given += piece.length
    await write(decoder, piece)
    const rest = given - decoder.bytesWritten
    if (rest > 0) return input.giveBack(piece.subarray(piece.length - rest))
  }
}

/** A decoder that has enough may never call back; its reader closes it then. */
async function write(decoder: Decoder, piece: Uint8Array): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const onEnd = () => resolve()
  // Not by a race with one promise for all pieces, which would keep something of each.
  decoder.once('close', onEnd)
  decoder.write(piece, onEnd)
  if (decoder.closed) resolve()
  await promise
  decoder.off('close', onEnd)
}

type Decoder = Transform & { readonly bytesWritten: number }

const DECODERS = { gzip: createGunzip, zstd: createZstdDecompress }

/** Measured: 16 KiB cost twice the CPU, a megabyte no less. */
const CHUNK_BYTES = 256 * 1024

/** Pieces that can be given back. */
interface Input {
  /** Whether a byte is left, once the leading ones that `leaveOut` names are dropped. */
  has(leaveOut: (byte: number) => boolean): Promise<boolean>
  next(): Promise<Uint8Array | undefined>
  giveBack(piece: Uint8Array): void
  close(): Promise<void>
}

function createInput(pieces: AsyncIterable<Uint8Array>): Input {
  const iterator = pieces[Symbol.asyncIterator]()
  let held: Uint8Array | undefined
  const next = async (): Promise<Uint8Array | undefined> => {
    const piece = held
    held = undefined
    if (piece !== undefined && piece.length > 0) return piece
    const { done, value } = await iterator.next()
    return done === true ? undefined : value
  }
  return {
    next,
    giveBack: (piece) => {
      held = piece
    },
    async has(leaveOut) {
      for (let piece = await next(); piece !== undefined; piece = await next()) {
        const start = piece.findIndex((byte) => !leaveOut(byte))
        if (start >= 0) {
          held = piece.subarray(start)
          return true
        }
      }
      return false
    },
    close: async () => void (await iterator.return?.()),
  }
}

/** Tapes and disks fill a gzip file up with zeros, and gzip itself takes no notice of them. */
const isPadding = (byte: number): boolean => byte === 0

function isDecoderFailure(cause: unknown): cause is NodeJS.ErrnoException {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return code.startsWith('Z_') || code.startsWith('ZSTD_')
}

function invalid(uri: string, compression: Compression, cause: NodeJS.ErrnoException) {
  const detail = `no whole ${compression} data: ${cause.message}`
  const hint = `check it with ${compression} -t, or set dataset.compression to what it is`
  return new StorageError('compression_invalid', 'decompress', uri, detail, { cause, hint })
}

function expandsTooFar(uri: string, bytesMax: number): StorageError {
  return new StorageError('too_large', 'decompress', uri, `expands beyond ${bytesMax} bytes`, {
    hint: 'if that is what it should be, decompress it and take the result as the dataset',
  })
}
