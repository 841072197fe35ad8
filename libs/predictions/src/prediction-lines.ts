import { bytesAt, indexesAt, kernel, layOut, numbersAt } from './kernel.ts'
import { numberOf } from './number-of.ts'

/** The predictions of a batch, one line a row, read once. */
export interface PredictionLines {
  /** The lines, joined by newlines, as the endpoint sent them; an empty line is a failed row. */
  readonly text: Buffer
  readonly textBytes: number
  /** Where each line ends: at its newline, or at the end of the text. */
  readonly ends: Uint32Array
  /** The number of each line, exact; NaN for an empty line, for `nan` and for what is no number. */
  readonly numbers: Float64Array
  /** How many lines are empty. */
  readonly empty: number
  /** Each line is empty or a number, written by digits, sign, point and exponent. */
  readonly plain: boolean
  /** The rows of a result, where they were written in place of the lines, which are printed when somebody asks for them. */
  readonly rows?: Buffer
}

const LF = 0x0a

/** How many lines a text has, where an empty text is one empty line. */
export function countLines(text: Uint8Array): number {
  const [at = 0] = layOut(text.length)
  bytesAt(at, text.length).set(text)
  return kernel.countLines(at, text.length)
}

export function readLines(text: Buffer): PredictionLines {
  const lines = countLines(text)
  const [at = 0, endsAt = 0, outAt = 0] = layOut(
    text.length + 1,
    lines * Uint32Array.BYTES_PER_ELEMENT,
    lines * Float64Array.BYTES_PER_ELEMENT,
  )
  const place = bytesAt(at, text.length + 1)
  place.set(text)
  place[text.length] = LF
  kernel.readLines(at, text.length, endsAt, outAt)
  const ends = indexesAt(endsAt, lines).slice()
  const numbers = numbersAt(outAt, lines).slice()
  const plain = kernel.oddLines() === 0
  if (!plain) readOddLines(text, ends, numbers)
  return { text, textBytes: text.length, ends, numbers, empty: kernel.emptyLines(), plain }
}

/** `nan`, a space before a number, one in the very middle between two doubles: what the kernel leaves. */
function readOddLines(text: Buffer, ends: Uint32Array, numbers: Float64Array): void {
  let start = 0
  for (const [line, end] of ends.entries()) {
    const isRead = end === start || !Number.isNaN(numbers[line])
    if (!isRead) numbers[line] = numberOf(text.toString('latin1', start, end)) ?? Number.NaN
    start = end + 1
  }
}
