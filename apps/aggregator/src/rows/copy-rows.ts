import {
  type ColumnSelection,
  type Dialect,
  oddRows,
  rowOffsets,
  selectColumns,
} from '@millrace/csv'
import {
  createRowWriter,
  type Deciding,
  type Joined,
  type PredictionLines,
  type RowStyle,
} from '@millrace/predictions'
import { quoted } from './quote-field.ts'

/**
 * Writes the rows of a batch by copying bytes; nothing when rows have to be taken apart. What it gives out
 * is written over by whoever uses the kernel next.
 */
export interface RowCopier {
  copy(lines: PredictionLines, joined: Joined | undefined): Buffer | undefined
  /** The same for what most batches are: all rows are predicted, whole, and lines. The rows need not be found for it. */
  join(lines: PredictionLines, input: Uint8Array): Buffer | undefined
}

/**
 * The quick way for what nearly every batch is: its predictions are plain numbers, of which at most a
 * class is written, and each row to be joined has the dataset's width, which whole rows need only beside failed ones.
 */
export function createRowCopier(
  dialect: Dialect,
  selection: ColumnSelection,
  deciding: Deciding,
): RowCopier {
  const style = copiedStyle(dialect, deciding)
  if (style === undefined) return { copy: () => undefined, join: () => undefined }
  const writer = createRowWriter(style)
  const quote = dialect.quote === '' ? undefined : dialect.quote.charCodeAt(0)
  return {
    copy(lines, joined) {
      // A failed row without any other field would be a blank line.
      const isBlank = joined === undefined && style.thresholds.length === 0 && lines.empty > 0
      if (!lines.plain || isBlank) return undefined
      if (joined === undefined) return lines.rows ?? writer.write(lines)
      const chosen = choose(joined, dialect, selection, lines.empty > 0)
      return chosen === undefined ? undefined : writer.write(lines, chosen)
    },
    join(lines, input) {
      const isWhole = lines.plain && lines.empty === 0 && keepsAll(selection)
      return isWhole ? writer.join(lines, input, quote) : undefined
    },
  }
}

/** How rows are copied; nothing where each has to be taken apart. */
export function copiedStyle(dialect: Dialect, { ofNumber }: Deciding): RowStyle | undefined {
  if (ofNumber === undefined || isInNumbers(dialect)) return undefined
  const { thresholds, labels } = ofNumber
  const [below, above] = labels
  return {
    delimiter: dialect.delimiter,
    thresholds,
    labels: [quoted(below, dialect), quoted(above, dialect)],
  }
}

/** The columns to join of all rows at once; nothing when one of them has another width that matters. */
function choose(
  rows: Joined,
  dialect: Dialect,
  selection: ColumnSelection,
  hasFailed: boolean,
): Joined | undefined {
  const isWhole = keepsAll(selection)
  if (isWhole && !hasFailed) return rows
  if (oddRows(rows.bytes, dialect, selection.width).length > 0) return undefined
  if (isWhole) return rows
  const bytes = selectColumns(rows.bytes, dialect, selection)
  const offsets = rowOffsets(bytes, dialect)
  // They may stand for a lone field that is empty, and that is joined as it is.
  const mayBeEmpty = (start: number, row: number): boolean =>
    isTwoQuotes(bytes.subarray(start, offsets[row + 1]), dialect)
  if (selection.kept.length === 1 && offsets.subarray(0, -1).some(mayBeEmpty)) return undefined
  return { bytes, offsets }
}

/** True of a row that is nothing but these, and its line end. */
export function isTwoQuotes(row: Uint8Array, { quote }: Dialect): boolean {
  const byte = quote.charCodeAt(0)
  if (row[0] !== byte || row[1] !== byte) return false
  return row.length === 2 || row[2] === CR || row[2] === LF
}

const CR = 0x0d
const LF = 0x0a

/** True when rows are joined as they are. */
export const keepsAll = ({ width, kept }: ColumnSelection): boolean =>
  kept.length === width && kept.every((column, index) => column === index)

const isInNumbers = ({ delimiter, quote }: Dialect): boolean => /[-+.\deE]/.test(delimiter + quote)
