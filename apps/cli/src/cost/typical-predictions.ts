/** A double of a float32 and its newline, as XGBoost's container prints it. */
export const TYPICAL_ROW_BYTES = 18

/**
 * Predictions as an XGBoost container answers them, to reckon with where there are none: doubles of
 * float32, none like another.
 *
 * @param bytesPerRow with the newline; several numbers a row where one does not fill it.
 */
export function typicalPredictions(rows: number, bytesPerRow = TYPICAL_ROW_BYTES): Buffer {
  const columns = Math.max(1, Math.round(bytesPerRow / TYPICAL_ROW_BYTES))
  // Classes and rounded scores; a number cut by a digit is no float32 any more, and is stored as text.
  const digits = bytesPerRow < TYPICAL_ROW_BYTES / 2 ? Math.max(1, Math.round(bytesPerRow) - 1) : 99
  const lineOf = (_: unknown, row: number): string =>
    Array.from({ length: columns }, (_none, column) =>
      numberOf(row + column * 1_000_003).slice(0, digits),
    ).join(',')
  return Buffer.from(Array.from({ length: rows }, lineOf).join('\n'))
}

const numberOf = (index: number): string =>
  String(Math.fround(0.1 + 0.8 * ((index * 0.618_033_988_7) % 1)))
