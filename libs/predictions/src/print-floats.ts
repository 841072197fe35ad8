import { bytesAt, indexesAt, kernel, layOut, numbersAt } from './kernel.ts'
import { type PredictionLines, readLines } from './prediction-lines.ts'
import type { KernelStyle } from './row-style.ts'

const FLOAT_BYTES = 4
/** A sign, 17 digits, a point, an exponent, a newline: 25 bytes. */
const LINE_BYTES_MAX = 32
const NUMBER_BYTES = Float64Array.BYTES_PER_ELEMENT
/** The number of a line, and where it ends. */
const BESIDE_BYTES = NUMBER_BYTES + Uint32Array.BYTES_PER_ELEMENT

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
 * @param style of rows of a result, which are written in place of the lines: what `createRowWriter` would write of them.
 * Where a float is NaN or infinite there are lines all the same, and no rows.
 */
export function printLines(
  bytes: Uint8Array,
  allocate: Allocate = (size) => new Uint8Array(size),
  style?: KernelStyle,
): PredictionLines {
  if (bytes.length % FLOAT_BYTES !== 0) {
    throw new RangeError(`wanted whole floats, got ${bytes.length} bytes`)
  }
  return (style && printRows(bytes, allocate, style)) ?? printTexts(bytes, allocate)
}

function printTexts(bytes: Uint8Array, allocate: Allocate): PredictionLines {
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
  const [empty, plain] = [kernel.emptyPrinted(), kernel.oddPrinted() === 0]
  const found: PrintedLines = { kind: 'lines', textBytes, empty, plain }
  const lines = linesIn(allocate(count * BESIDE_BYTES + textBytes), count, found)
  lines.numbers.set(numbersAt(valuesAt, count))
  lines.ends.set(indexesAt(endsAt, count))
  lines.text.set(bytesAt(outAt, textBytes))
  return lines
}

function printRows(
  bytes: Uint8Array,
  allocate: Allocate,
  { sizes, addedBytesMax, begin }: KernelStyle,
): PredictionLines | undefined {
  const count = bytes.length / FLOAT_BYTES
  const [at = 0, outAt = 0, valuesAt = 0, ...styleAt] = layOut(
    bytes.length,
    count * (LINE_BYTES_MAX + addedBytesMax),
    count * Float64Array.BYTES_PER_ELEMENT,
    ...sizes,
  )
  bytesAt(at, bytes.length).set(bytes)
  begin(styleAt)
  const end = kernel.printRows(at, count, outAt, valuesAt)
  if (end === 0) return undefined
  const rowsBytes = end - outAt
  const found: PrintedLines = { kind: 'rows', textBytes: kernel.textPrinted(), rowsBytes }
  const lines = linesIn(allocate(count * NUMBER_BYTES + rowsBytes), count, found)
  lines.numbers.set(numbersAt(valuesAt, count))
  lines.rows?.set(bytesAt(outAt, rowsBytes))
  return lines
}

/** What is known of lines that were printed, beside the memory that they lie in. */
export type PrintedLines = { readonly textBytes: number } & (
  | { readonly kind: 'lines'; readonly empty: number; readonly plain: boolean }
  /** Rows of a result, which are all predicted, and plain. */
  | { readonly kind: 'rows'; readonly rowsBytes: number }
)

/** The most memory that the lines of so many floats take, or their rows. */
export const linesBytesMax = (rows: number, style?: KernelStyle): number =>
  rows * (LINE_BYTES_MAX + Math.max(BESIDE_BYTES, NUMBER_BYTES + (style?.addedBytesMax ?? 0)))

/** Lines in the memory that `printLines` has put them into: numbers, then ends and text, or rows. */
export function linesIn(
  { buffer, byteOffset }: Uint8Array,
  count: number,
  found: PrintedLines,
): PredictionLines {
  const numbers = new Float64Array(buffer, byteOffset, count)
  const behind = byteOffset + numbers.byteLength
  const { kind, textBytes } = found
  if (kind === 'rows') {
    return new LinesOfRows(numbers, Buffer.from(buffer, behind, found.rowsBytes), textBytes)
  }
  const ends = new Uint32Array(buffer, behind, count)
  const text = Buffer.from(buffer, behind + ends.byteLength, textBytes)
  const { empty, plain } = found
  return { text, textBytes, ends, numbers, empty, plain }
}

/** A class, since V8 takes longer for getters of an object of its own than for all else of a part. */
class LinesOfRows implements PredictionLines {
  readonly numbers: Float64Array
  readonly rows: Buffer
  readonly textBytes: number
  readonly empty = 0
  readonly plain = true

  constructor(numbers: Float64Array, rows: Buffer, textBytes: number) {
    this.numbers = numbers
    this.rows = rows
    this.textBytes = textBytes
  }

  get text(): Buffer {
    return printFloats(Buffer.from(Float32Array.from(this.numbers).buffer))
  }

  get ends(): Uint32Array {
    return readLines(this.text).ends
  }
}
