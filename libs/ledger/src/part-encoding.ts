import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { pythonFloat } from './python-float.ts'

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

const NEWLINE = 0x0a
const BYTES_PER_ROW = 4
/** zstd's fastest level: predictions are digits, a higher level saves no write unit. */
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }
/** Above it the stored bytes are no part of ours: 100,000 rows, each with a long line. */
const TEXT_BYTES_MAX = 256 * 1024 * 1024

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

/** @throws {RangeError | Error} when the bytes are not of that encoding. */
export function decodePredictions({ encoding, bytes }: EncodedPredictions): Buffer {
  if (encoding === 'zstd') return zstdDecompressSync(bytes, { maxOutputLength: TEXT_BYTES_MAX })
  if (encoding === 'float32') return decodeFloats(bytes)
  throw new RangeError(`unknown encoding ${String(encoding satisfies never)}`)
}

/** Nothing when some line is not the exact print of a float32, or the lines are not `rows`. */
function encodeFloats(text: Buffer, rows: number): Buffer | undefined {
  const floats = Buffer.alloc(rows * BYTES_PER_ROW)
  const lines = text.toString('latin1')
  let start = 0
  for (let row = 0; row < rows; row += 1) {
    const newline = lines.indexOf('\n', start)
    if (newline === -1 && row !== rows - 1) return undefined
    const end = newline === -1 ? lines.length : newline
    if (end === start) {
      floats.writeFloatLE(Number.NaN, row * BYTES_PER_ROW)
    } else {
      const line = lines.slice(start, end)
      const value = Number(line)
      if (!isFloat32(value) || pythonFloat(value) !== line) return undefined
      floats.writeFloatLE(value, row * BYTES_PER_ROW)
    }
    start = end + 1
  }
  return start === lines.length + 1 ? floats : undefined
}

const isFloat32 = (value: number): boolean => Number.isFinite(value) && Math.fround(value) === value

function decodeFloats(bytes: Buffer): Buffer {
  if (bytes.length % BYTES_PER_ROW !== 0) {
    throw new RangeError(`wanted whole floats, got ${bytes.length} bytes`)
  }
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += BYTES_PER_ROW) {
    const value = bytes.readFloatLE(at)
    lines.push(Number.isNaN(value) ? '' : pythonFloat(value))
  }
  return Buffer.from(lines.join('\n'), 'latin1')
}

/** How many lines a text has, where an empty text is one empty line. */
export function countLines(text: Buffer): number {
  let lines = 1
  for (let at = text.indexOf(NEWLINE); at !== -1; at = text.indexOf(NEWLINE, at + 1)) lines += 1
  return lines
}
