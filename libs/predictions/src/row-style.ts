import { bytesAt, kernel, numbersAt } from './kernel.ts'

/** How rows are written whose prediction is one number. */
export interface RowStyle {
  /** One ASCII character that is in no number. */
  readonly delimiter: string
  /** One class is written for each. */
  readonly thresholds: readonly number[]
  /** What a row is that is not above the threshold, and one that is: quoted where they have to be. */
  readonly labels: readonly [below: string, above: string]
}

/** A style as the kernel takes it. */
export interface KernelStyle {
  /** The places that `begin` wants. */
  readonly sizes: readonly number[]
  /** What a row takes at most beside its prediction and its input. */
  readonly addedBytesMax: number
  /** Lays the style out: rows are written by it until the next one. */
  begin(places: readonly number[]): void
}

/** Delimiter, delimiter of a class that is empty, and a line end of two bytes. */
const BYTES_BESIDE = 4

export function kernelStyle({ delimiter, thresholds, labels }: RowStyle): KernelStyle {
  const [below, above] = labels.map((label) => Buffer.from(`${delimiter}${label}`)) as [
    Buffer,
    Buffer,
  ]
  return {
    sizes: [thresholds.length * Float64Array.BYTES_PER_ELEMENT, below.length, above.length],
    addedBytesMax: Math.max(below.length, above.length) * thresholds.length + BYTES_BESIDE,
    begin([thresholdsAt = 0, belowAt = 0, aboveAt = 0]) {
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
    },
  }
}
