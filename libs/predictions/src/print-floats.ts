import { bytesAt, indexesAt, kernel, layOut, numbersAt } from './kernel.ts'
import type { PredictionLines } from './prediction-lines.ts'
import type { KernelStyle } from './row-style.ts'

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

/** Memory of so many bytes, aligned to 8. */
type Allocate = (bytes: number) => Uint8Array

/**
 * The same, with what `readLines` would find in the text: the floats are known, so nothing has to be
 * read. No floats are no line, and not an empty one.
 *
 * @param allocate gives the memory that all of it lies in.
 * @param style of rows of a result, which are written with the lines: what `createRowWriter` would write.
 */
export function printLines(
  bytes: Uint8Array,
  allocate: Allocate = (size) => new Uint8Array(size),
  style?: KernelStyle,
): PredictionLines {
  if (bytes.length % FLOAT_BYTES !== 0) {
    throw new RangeError(`wanted whole floats, got ${bytes.length} bytes`)
  }
  const count = bytes.length / FLOAT_BYTES
  const [at = 0, outAt = 0, endsAt = 0, valuesAt = 0, rowsAt = 0, ...styleAt] = layOut(
    bytes.length,
    count * LINE_BYTES_MAX,
    count * Uint32Array.BYTES_PER_ELEMENT,
    count * Float64Array.BYTES_PER_ELEMENT,
    rowsBytesMax(count, style),
    ...(style?.sizes ?? []),
  )
  bytesAt(at, bytes.length).set(bytes)
  const end = kernel.printLines(at, count, outAt, endsAt, valuesAt)
  style?.begin(styleAt)
  const rowsEnd =
    style === undefined ? rowsAt : kernel.writeRows(count, outAt, endsAt, valuesAt, 0, 0, rowsAt)

  const found: PrintedLines = {
    textBytes: Math.max(0, end - outAt - 1),
    rowsBytes: rowsEnd - rowsAt,
    empty: kernel.emptyPrinted(),
    plain: kernel.oddPrinted() === 0,
  }
  const { textBytes, rowsBytes } = found
  const lines = linesIn(allocate(count * BESIDE_BYTES + textBytes + rowsBytes), count, found)
  lines.numbers.set(numbersAt(valuesAt, count))
  lines.ends.set(indexesAt(endsAt, count))
  lines.text.set(bytesAt(outAt, textBytes))
  lines.rows?.set(bytesAt(rowsAt, rowsBytes))
  return lines
}

/** What is known of lines that were printed, beside the memory that they lie in. */
export interface PrintedLines {
  readonly textBytes: number
  /** Zero where no rows were asked for. */
  readonly rowsBytes: number
  readonly empty: number
  readonly plain: boolean
}

/** The most memory that the lines of so many floats take. */
export const linesBytesMax = (rows: number, style?: KernelStyle): number =>
  rows * (BESIDE_BYTES + LINE_BYTES_MAX) + rowsBytesMax(rows, style)

const rowsBytesMax = (rows: number, style: KernelStyle | undefined): number =>
  style === undefined ? 0 : rows * (LINE_BYTES_MAX + style.addedBytesMax)

/** Lines in the memory that `printLines` has put them into: numbers, ends, text, rows. */
export function linesIn(
  { buffer, byteOffset }: Uint8Array,
  count: number,
  { textBytes, rowsBytes, empty, plain }: PrintedLines,
): PredictionLines {
  const numbers = new Float64Array(buffer, byteOffset, count)
  const ends = new Uint32Array(buffer, byteOffset + numbers.byteLength, count)
  const textAt = byteOffset + count * BESIDE_BYTES
  const text = Buffer.from(buffer, textAt, textBytes)
  const lines = { text, ends, numbers, empty, plain }
  if (rowsBytes === 0) return lines
  return { ...lines, rows: Buffer.from(buffer, textAt + textBytes, rowsBytes) }
}
