import assert from 'node:assert/strict'
import { bytesAt, indexesAt, kernel, layOut, numbersAt } from './kernel.ts'
import type { PredictionLines } from './prediction-lines.ts'

/** Rows of the input, to be copied before their predictions. */
export interface Joined {
  readonly bytes: Uint8Array
  /** Where each row starts, then where the last one ends. */
  readonly offsets: Uint32Array
}

/** How rows are written whose prediction is one number. */
export interface RowStyle {
  /** One ASCII character that is in no number. */
  readonly delimiter: string
  /** One class is written for each. */
  readonly thresholds: readonly number[]
  /** What a row is that is not above the threshold, and one that is: quoted where they have to be. */
  readonly labels: readonly [below: string, above: string]
}

/**
 * Writes the rows of a batch whose lines are plain. What it gives out lies in the kernel's memory: copy it
 * before anything is awaited, since whoever comes next writes over it.
 */
export type RowWriter = (lines: PredictionLines, joined?: Joined) => Buffer

/** A writer of `[row,]prediction[,class…]`; a failed row has the last of them empty. */
export function createRowWriter({ delimiter, thresholds, labels }: RowStyle): RowWriter {
  const [below, above] = labels.map((label) => Buffer.from(`${delimiter}${label}`)) as [
    Buffer,
    Buffer,
  ]
  const classBytesMax = Math.max(below.length, above.length, 1) * thresholds.length

  return ({ text, ends, numbers }, joined) => {
    const rows = ends.length
    const input = joined?.bytes ?? NOTHING
    const offsets = joined?.offsets ?? NO_OFFSETS
    if (joined !== undefined) assert.equal(offsets.length, rows + 1)
    const [textAt = 0, endsAt = 0, numbersFrom = 0, inputAt = 0, offsetsAt = 0, ...rest] = layOut(
      text.length,
      ends.byteLength,
      numbers.byteLength,
      input.length,
      offsets.byteLength,
      thresholds.length * Float64Array.BYTES_PER_ELEMENT,
      below.length,
      above.length,
      input.length + text.length + rows * (classBytesMax + 4),
    )
    const [thresholdsAt = 0, belowAt = 0, aboveAt = 0, outAt = 0] = rest
    bytesAt(textAt, text.length).set(text)
    indexesAt(endsAt, rows).set(ends)
    numbersAt(numbersFrom, rows).set(numbers)
    bytesAt(inputAt, input.length).set(input)
    indexesAt(offsetsAt, offsets.length).set(offsets)
    numbersAt(thresholdsAt, thresholds.length).set(thresholds)
    bytesAt(belowAt, below.length).set(below)
    bytesAt(aboveAt, above.length).set(above)
    kernel.beginRows(
      delimiter.charCodeAt(0),
      thresholdsAt,
      thresholds.length,
      belowAt,
      below.length,
      aboveAt,
      above.length,
    )
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
