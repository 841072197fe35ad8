import assert from 'node:assert/strict'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { limits } from '@millrace/job'
import { type PredictionLines, printFloats, printLines, readLines } from '@millrace/predictions'

/**
 * How the predictions of a part are stored. Both are lossless: decoding gives back the very bytes.
 *
 * - `float32`: one little-endian float a row, a NaN for a failed one; taken when each line is what
 *   Python prints for a float32 widened to a double, as the XGBoost container answers.
 * - `zstd`: the text, compressed.
 */
export type PartEncoding = 'float32' | 'zstd'

export interface EncodedPredictions {
  readonly encoding: PartEncoding
  readonly bytes: Buffer
}

/** zstd's fastest level: predictions are digits, a higher level saves no write unit. */
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }
/** Above it the stored bytes are no part of ours: 100,000 rows, each with a long line. */
const TEXT_BYTES_MAX = 256 * 1024 * 1024
// What no reader takes is not written: its job would never have a result.
assert(limits.predictionBytesMax < TEXT_BYTES_MAX)

/** Encodes predictions, one line a row joined by newlines, in the smaller of the two ways. */
export function encodePredictions(text: Buffer, rows: number): EncodedPredictions {
  const floats = encodeFloats(text, rows)
  // Below a kilobyte nothing can save a write unit.
  if (floats !== undefined && floats.length <= 1_024) return { encoding: 'float32', bytes: floats }
  const compressed = zstdCompressSync(text, ZSTD)
  return floats !== undefined && floats.length <= compressed.length
    ? { encoding: 'float32', bytes: floats }
    : { encoding: 'zstd', bytes: compressed }
}

/**
 * The lines that were encoded, read: what is stored as floats is not printed to be read again.
 *
 * @param allocate where the lines of floats lie.
 * @throws {RangeError | Error} when the bytes are not of that encoding.
 */
export function decodePredictions(
  { encoding, bytes }: EncodedPredictions,
  allocate?: (bytes: number) => Uint8Array,
): PredictionLines {
  if (encoding === 'zstd') {
    return readLines(zstdDecompressSync(bytes, { maxOutputLength: TEXT_BYTES_MAX }))
  }
  if (encoding === 'float32') return printLines(bytes, allocate)
  throw new RangeError(`unknown encoding ${String(encoding satisfies never)}`)
}

/** Nothing when some line is not the exact print of a float32, or the lines are not `rows`. */
function encodeFloats(text: Buffer, rows: number): Buffer | undefined {
  const { numbers, plain } = readLines(text)
  if (!plain || numbers.length !== rows) return undefined
  // Little-endian, as every machine that Node runs on is.
  const floats = Buffer.from(Float32Array.from(numbers).buffer)
  return printFloats(floats).equals(text) ? floats : undefined
}
