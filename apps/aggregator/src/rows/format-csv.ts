import {
  chooseColumns,
  type ColumnSelection,
  type Dialect,
  oddRows,
  selectColumns,
} from '@millrace/csv'
import type { JobSpec, PinnedDataset } from '@millrace/job'
import type { Deciding, RowStyle } from '@millrace/predictions'
import { closeQuote } from './close-quote.ts'
import { copiedStyle, createRowCopier } from './copy-rows.ts'
import { quoted } from './quote-field.ts'
import { type ResultFormat, textsOf } from './result-format.ts'

const LF = '\n'

/**
 * The CSV of one job: `Prediction,Binary Classification`, or the input's columns and these. A failed
 * row has them empty, so that there is one row out for each row in. The prediction is the text that
 * the endpoint sent, and the input's own bytes are copied, never parsed and written again. Joined, the
 * result is written in the input's dialect; its blank lines are no rows and are left out, and a quote that
 * an object leaves open at its end is closed. But for these and the added columns, it is the input.
 *
 * Batches of plain numbers are written without taking rows apart (`copy-rows.ts`), the same bytes.
 *
 * @throws {CsvError} when a column to join is not in the dataset.
 */
export function createCsvFormat(
  spec: JobSpec,
  dataset: PinnedDataset,
  deciding: Deciding,
): ResultFormat {
  const { join } = spec.output
  const dialect = join === 'none' ? LONE_DIALECT : spec.dataset.csv
  const selection = chooseColumns(dataset, Array.isArray(join) ? { include: join } : undefined)
  const none = dialect.delimiter.repeat(deciding.columns.length - 1)
  const added = (prediction: string): string =>
    prediction === ''
      ? none
      : deciding
          .fields(prediction)
          .map((field) => quoted(field, dialect))
          .join(dialect.delimiter)

  const copyRows = createRowCopier(dialect, selection, deciding)

  return {
    begin: () => headerRow(spec, dataset, selection, deciding, dialect),
    rows: ({ batch, lines, input: given }) => {
      const input = given && closeQuote(given, batch, dataset, dialect)
      const copied = copyRows(lines, input)
      if (copied !== undefined) return copied
      if (input === undefined) {
        const rows = textsOf(lines).map((line) => loneField(added(line), dialect))
        return Buffer.from(`${rows.join(LF)}${LF}`)
      }
      const pieces = textsOf(lines).flatMap((line, index) => {
        const row = input.bytes.subarray(input.offsets[index], input.offsets[index + 1])
        const end = endOfContent(row)
        const fields = Buffer.from(`${dialect.delimiter}${added(line)}`)
        return [chosen(row.subarray(0, end), dialect, selection), fields, lineEndAt(row, end)]
      })
      return Buffer.concat(pieces)
    },
    end: () => NOTHING,
  }
}

const NOTHING = Buffer.alloc(0)

/** Of rows that are joined to none. */
const LONE_DIALECT: Dialect = { delimiter: ',', quote: '"' }

/** How the rows are written that are nothing but their predictions: as whoever prints those can do. */
export const loneRowStyle = ({ output }: JobSpec, deciding: Deciding): RowStyle | undefined =>
  output.format === 'csv' && output.join === 'none'
    ? copiedStyle(LONE_DIALECT, deciding)
    : undefined

function headerRow(
  { output }: JobSpec,
  dataset: PinnedDataset,
  { kept }: ColumnSelection,
  { columns }: Deciding,
  dialect: Dialect,
): Buffer {
  const joins = output.join !== 'none'
  const wanted = output.header === 'auto' ? !joins || dataset.header : output.header === 'present'
  if (!wanted) return NOTHING
  const input = joins ? kept.map((column) => dataset.columns?.[column] ?? `column${column}`) : []
  const names = [...input, ...columns.map(({ name }) => name)].map((name) => quoted(name, dialect))
  return Buffer.from(`${names.join(dialect.delimiter)}${LF}`)
}

/** An empty row would be a blank line, which readers skip: every row after it would move up. */
const loneField = (row: string, { quote }: Dialect): string => (row === '' ? quote + quote : row)

/** The columns of a row to join; empty ones for a row of another width, whose columns nobody knows. */
function chosen(row: Buffer, dialect: Dialect, selection: ColumnSelection): Uint8Array {
  const { width, kept } = selection
  if (kept.length === width && kept.every((column, index) => column === index)) return row
  const odd = oddRows(row, dialect, width).length > 0
  if (odd) return Buffer.from(dialect.delimiter.repeat(kept.length - 1))
  return selectColumns(row, dialect, selection)
}

const LF_BYTE = 0x0a
const CR_BYTE = 0x0d

/** Where a row's content ends, and its line end with any blank lines after it begins. */
function endOfContent(row: Buffer): number {
  let end = row.length
  while (end > 0 && (row[end - 1] === LF_BYTE || row[end - 1] === CR_BYTE)) end -= 1
  return end
}

/** The row's own line end (LF, CRLF or CR); a last row without one gets the usual one. */
function lineEndAt(row: Buffer, end: number): Buffer {
  if (end === row.length) return Buffer.from(LF)
  const bytes = row[end] === CR_BYTE && row[end + 1] === LF_BYTE ? 2 : 1
  return row.subarray(end, end + bytes)
}
