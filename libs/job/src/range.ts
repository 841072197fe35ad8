/** Rows `start` to `end`, end excluded, counted from 0 over the whole dataset, headers excluded. */
export interface RowRange {
  readonly start: number
  readonly end: number
}

/** Bytes `start` to `end`, end excluded, counted from 0 within one object. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** How many rows or bytes a range holds. */
export const lengthOf = (range: RowRange | ByteRange): number => range.end - range.start
