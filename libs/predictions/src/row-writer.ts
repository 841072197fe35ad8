import assert from 'node:assert/strict'
import { bytesAt, indexesAt, kernel, layOut, MARGIN_BYTES, numbersAt } from './kernel.ts'
import type { PredictionLines } from './prediction-lines.ts'
import { kernelStyle, type RowStyle } from './row-style.ts'

/** Rows of the input, to be copied before their predictions. */
export interface Joined {
  readonly bytes: Uint8Array
  /** Where each row starts, then where the last one ends. */
  readonly offsets: Uint32Array
}

/**
 * Writes the rows of a batch whose lines are plain: `[row,]prediction[,class…]`. What it gives out lies in the
 * kernel's memory: copy it before anything is awaited, since whoever comes next writes over it.
 */
export interface RowWriter {
  /** A failed row has all but its input empty. */
  write(lines: PredictionLines, joined?: Joined): Buffer
  /**
   * Joins whole rows that are lines, without their offsets. Nothing where they are not: where one of them holds a
   * quote or a CR, is blank or has no line end.
   *
   * @param quote the byte; none where it is undefined.
   */
  join(lines: PredictionLines, input: Uint8Array, quote: number | undefined): Buffer | undefined
}

export function createRowWriter(style: RowStyle): RowWriter {
  const { sizes, addedBytesMax, begin } = kernelStyle(style)

  /** Lays out lines and input, and gives the kernel their places. */
  const lay = (lines: PredictionLines, input: Uint8Array, offsets: Uint32Array) => {
    const { text, ends, numbers } = lines
    const rows = ends.length
    const [textAt = 0, endsAt = 0, valuesAt = 0, inputAt = 0, offsetsAt = 0, outAt = 0, ...rest] =
      layOut(
        text.length,
        ends.byteLength,
        numbers.byteLength,
        input.length,
        offsets.byteLength,
        input.length + text.length + rows * addedBytesMax,
        ...sizes,
      )
    bytesAt(textAt, text.length).set(text)
    indexesAt(endsAt, rows).set(ends)
    numbersAt(valuesAt, rows).set(numbers)
    bytesAt(inputAt, input.length).set(input)
    indexesAt(offsetsAt, offsets.length).set(offsets)
    begin(rest)
    return { rows, textAt, endsAt, valuesAt, inputAt, offsetsAt, outAt }
  }
  const written = (from: number, end: number): Buffer => {
    const { buffer, byteOffset, length } = bytesAt(from, end - from)
    return Buffer.from(buffer, byteOffset, length)
  }
  return {
    write(lines, joined) {
      const { bytes = NOTHING, offsets = NO_OFFSETS } = joined ?? {}
      const { rows, textAt, endsAt, valuesAt, inputAt, offsetsAt, outAt } = lay(
        lines,
        bytes,
        offsets,
      )
      if (joined !== undefined) assert.equal(offsets.length, rows + 1)
      const at = joined === undefined ? 0 : offsetsAt
      return written(outAt, kernel.writeRows(rows, textAt, endsAt, valuesAt, inputAt, at, outAt))
    },
    join(lines, input, quote = CR) {
      const { rows, textAt, endsAt, valuesAt, inputAt, outAt } = lay(lines, input, NO_OFFSETS)
      const inputEnd = inputAt + input.length
      bytesAt(inputEnd, MARGIN_BYTES).fill(0) // The kernel looks at some of it.
      const end = kernel.joinLines(rows, textAt, endsAt, valuesAt, inputAt, inputEnd, quote, outAt)
      return end === 0 ? undefined : written(outAt, end)
    },
  }
}

const NOTHING = new Uint8Array(0)
const NO_OFFSETS = new Uint32Array(0)
const CR = 0x0d
