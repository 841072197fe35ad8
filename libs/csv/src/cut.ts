/** One batch-to-be: consecutive rows of an object. */
export interface Cut {
  /** 1 to `rowsMax`. */
  readonly rows: number
  /**
   * Bytes `[start, end)` within the object, from the first byte of the first row to the last byte of
   * the last row's line end. At most `bytesMax` of them, except that a row larger than that stands
   * alone. Blank lines may lie within it, and between two cuts.
   */
  readonly bytes: { readonly start: number; readonly end: number }
}
