import { bytesAt, indexesAt, kernel, layOut, numbersAt } from './kernel.ts'
import type { PredictionLines } from './prediction-lines.ts'

const FLOAT_BYTES = 4
/** A sign, 17 digits, a point, an exponent, a newline: 25 bytes. */
const LINE_BYTES_MAX = 32
/** The number of a line, and where it ends. */
const BESIDE_BYTES = Float64Array.BYTES_PER_ELEMENT + Uint32Array.BYTES_PER_ELEMENT

/**
 * The lines that Python prints for little-endian float32 numbers widened to doubles, and so the
 * SageMaker built-in containers for their predictions: the shortest digits that read back as the same
 * double, always with a point or an exponent, an exponent below 1e-4 and from 1e16 on. A NaN is an
 * empty line. Joined by newlines.
 * See https://docs.python.org/3/library/functions.html#repr and `float_repr_style`.
 *
 * @throws {RangeError} when the bytes are no whole floats.
 */
export const printFloats = (bytes: Uint8Array): Buffer => printLines(bytes).text

/**
 * The same, with what `readLines` would find in the text: the floats are known, so nothing has to be
 * read. No floats are no line, and not an empty one.
 *
 * @param allocate gives the memory that text, ends and numbers lie in, aligned to 8 bytes.
 */
export function printLines(
  bytes: Uint8Array,
  allocate: (bytes: number) => Uint8Array = (size) => new Uint8Array(size),
): PredictionLines {
  if (bytes.length % FLOAT_BYTES !== 0) {
    throw new RangeError(`wanted whole floats, got ${bytes.length} bytes`)
  }
  const count = bytes.length / FLOAT_BYTES
  const [at = 0, outAt = 0, endsAt = 0, valuesAt = 0] = layOut(
    bytes.length,
    count * LINE_BYTES_MAX,
    count * Uint32Array.BYTES_PER_ELEMENT,
    count * Float64Array.BYTES_PER_ELEMENT,
  )
  bytesAt(at, bytes.length).set(bytes)
  const end = kernel.printLines(at, count, outAt, endsAt, valuesAt)
  const textBytes = Math.max(0, end - outAt - 1)

  const memory = allocate(count * BESIDE_BYTES + textBytes)
  const [empty, plain] = [kernel.emptyPrinted(), kernel.oddPrinted() === 0]
  const lines = linesIn(memory, count, { textBytes, empty, plain })
  lines.numbers.set(numbersAt(valuesAt, count))
  lines.ends.set(indexesAt(endsAt, count))
  lines.text.set(bytesAt(outAt, textBytes))
  return lines
}

/** The most memory that the lines of so many floats take. */
export const linesBytesMax = (rows: number): number => rows * (BESIDE_BYTES + LINE_BYTES_MAX)

/** Lines in the memory that `printLines` has put them into: numbers, ends, text. */
export function linesIn(
  { buffer, byteOffset }: Uint8Array,
  rows: number,
  { textBytes, empty, plain }: { textBytes: number; empty: number; plain: boolean },
): PredictionLines {
  const numbers = new Float64Array(buffer, byteOffset, rows)
  const ends = new Uint32Array(buffer, byteOffset + numbers.byteLength, rows)
  const text = Buffer.from(buffer, byteOffset + rows * BESIDE_BYTES, textBytes)
  return { text, ends, numbers, empty, plain }
}
