import { bytesAt, kernel, layOut } from './kernel.ts'

const FLOAT_BYTES = 4
/** A sign, 17 digits, a point, an exponent, a newline: 25 bytes. */
const LINE_BYTES_MAX = 32

/**
 * The lines that Python prints for little-endian float32 numbers widened to doubles, and so the
 * SageMaker built-in containers for their predictions: the shortest digits that read back as the same
 * double, always with a point or an exponent, an exponent below 1e-4 and from 1e16 on. A NaN is an
 * empty line. Joined by newlines.
 * See https://docs.python.org/3/library/functions.html#repr and `float_repr_style`.
 *
 * @throws {RangeError} when the bytes are no whole floats.
 */
export function printFloats(bytes: Uint8Array): Buffer {
  if (bytes.length % FLOAT_BYTES !== 0) {
    throw new RangeError(`wanted whole floats, got ${bytes.length} bytes`)
  }
  const count = bytes.length / FLOAT_BYTES
  const [at = 0, outAt = 0] = layOut(bytes.length, count * LINE_BYTES_MAX)
  bytesAt(at, bytes.length).set(bytes)
  return Buffer.from(bytesAt(outAt, kernel.printFloats(at, count, outAt) - outAt))
}
