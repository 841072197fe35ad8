import type { ColumnSelection } from './column-selection.ts'
import { CsvError } from './csv-error.ts'
import { bytesOf, type Dialect, type DialectBytes } from './dialect.ts'
import { type FieldRange, fieldRanges } from './fields.ts'
import { referenceRows } from './reference.ts'

/**
 * The payload of a batch: the kept columns of its rows, without the rows in `dropped` (indexes
 * within the batch) and without blank lines, which the XGBoost container refuses. Fields are copied
 * byte for byte, quotes and all, and so are line ends. When nothing has to change, it is the very
 * `bytes` that were given; it is never longer, but for the next case.
 *
 * When the one kept field of a row is empty, two quotes stand for it: as an empty line the row would
 * vanish and every prediction after it would move up.
 *
 * @throws {CsvError} `row_width` for a row, not dropped, that has not the selection's width: its
 *   columns would be others than the chosen ones. Not checked when all columns are kept.
 */
export function selectColumns(
  bytes: Uint8Array,
  dialect: Dialect,
  selection: ColumnSelection,
  dropped: ReadonlySet<number> = NONE,
): Uint8Array {
  const rows = referenceRows(bytes, dialect)
  const all = keepsAll(selection)
  if (all && dropped.size === 0 && isDense(rows, bytes.length)) return bytes
  const out = createOutput(bytes.length + 2 * rows.length)
  const codes = bytesOf(dialect)
  rows.forEach(({ start, end }, index) => {
    if (dropped.has(index)) return
    const row = bytes.subarray(start, end)
    if (all) out.write(row)
    else
      writeSelected(
        out,
        row,
        codes,
        checkedFields(row, dialect, selection, index, start),
        selection,
      )
  })
  return out.written()
}

const NONE: ReadonlySet<number> = new Set()

function keepsAll({ width, kept }: ColumnSelection): boolean {
  return kept.length === width && kept.every((column, index) => column === index)
}

/** True when the rows follow each other without a blank line before, between or after them. */
function isDense(rows: readonly FieldRange[], length: number): boolean {
  const dense = rows.every((row, index) => row.start === (rows[index - 1]?.end ?? 0))
  return dense && (rows.at(-1)?.end ?? 0) === length
}

function checkedFields(
  row: Uint8Array,
  dialect: Dialect,
  { width }: ColumnSelection,
  index: number,
  byte: number,
): readonly FieldRange[] {
  const fields = fieldRanges(row, dialect)
  if (fields.length === width) return fields
  const message = `select columns: row ${index} has ${fields.length} fields, wanted ${width}`
  throw new CsvError('row_width', message, { row: index, byte })
}

function writeSelected(
  out: Output,
  row: Uint8Array,
  { delimiter, quote }: DialectBytes,
  fields: readonly FieldRange[],
  { kept }: ColumnSelection,
): void {
  kept.forEach((column, index) => {
    const { start, end } = fields[column] as FieldRange
    if (index > 0) out.writeByte(delimiter)
    out.write(row.subarray(start, end))
    if (kept.length > 1 || start < end) return
    out.writeByte(quote)
    out.writeByte(quote)
  })
  out.write(row.subarray(fields.at(-1)?.end))
}

interface Output {
  write(bytes: Uint8Array): void
  writeByte(byte: number): void
  written(): Uint8Array
}

function createOutput(capacity: number): Output {
  const bytes = new Uint8Array(capacity)
  let length = 0
  return {
    write(piece) {
      bytes.set(piece, length)
      length += piece.length
    },
    writeByte(byte) {
      bytes[length] = byte
      length += 1
    },
    written: () => bytes.subarray(0, length),
  }
}
