import assert from 'node:assert/strict'
import { bytesAt, indexesAt, kernel, layOut, numbersAt } from './kernel.ts'
import type { PredictionLines } from './prediction-lines.ts'
import { kernelStyle, type RowStyle } from './row-style.ts'

/** Rows of the input, to be copied before their predictions. */
export interface Joined {
  readonly bytes: Uint8Array
  /** Where each row starts, then where the last one ends. */
  readonly offsets: Uint32Array
}

/**
 * Writes the rows of a batch whose lines are plain. What it gives out lies in the kernel's memory: copy it
 * before anything is awaited, since whoever comes next writes over it.
 */
export type RowWriter = (lines: PredictionLines, joined?: Joined) => Buffer

/** A writer of `[row,]prediction[,class…]`; a failed row has the last of them empty. */
export function createRowWriter(style: RowStyle): RowWriter {
  const { sizes, addedBytesMax, begin } = kernelStyle(style)
  return ({ text, ends, numbers }, joined) => {
    const rows = ends.length
    const input = joined?.bytes ?? NOTHING
    const offsets = joined?.offsets ?? NO_OFFSETS
    if (joined !== undefined) assert.equal(offsets.length, rows + 1)
    const [
      textAt = 0,
      endsAt = 0,
      numbersFrom = 0,
      inputAt = 0,
      offsetsAt = 0,
      outAt = 0,
      ...rest
    ] = layOut(
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
    numbersAt(numbersFrom, rows).set(numbers)
    bytesAt(inputAt, input.length).set(input)
    indexesAt(offsetsAt, offsets.length).set(offsets)
    begin(rest)
    const end = kernel.writeRows(
      rows,
      textAt,
      endsAt,
      numbersFrom,
      inputAt,
      joined === undefined ? 0 : offsetsAt,
      outAt,
    )
    const written = bytesAt(outAt, end - outAt)
    return Buffer.from(written.buffer, written.byteOffset, written.length)
  }
}

const NOTHING = new Uint8Array(0)
const NO_OFFSETS = new Uint32Array(0)
