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
import { copiedStyle, createRowCopier, isTwoQuotes, keepsAll } from './copy-rows.ts'
import { endLastRow, endOfContent, firstRow, lineEndOf } from './line-ends.ts'
import { quoted } from './quote-field.ts'
import { type BatchRows, type ResultFormat, textsOf } from './result-format.ts'

/**
 * The CSV of one job: `Prediction,Binary Classification`, or the input's columns and these. A failed
 * row has them empty, so that there is one row out for each row in. The prediction is the text that
 * the endpoint sent, and the input's own bytes are copied, never parsed and written again. Joined, the
 * result is written in the input's dialect; its blank lines are no rows and are left out, and a quote that
 * an object leaves open at its end is closed. But for these, the added columns and failed rows of another width
 * than the table, it is the input.
 *
 * Of a file with two kinds of line ends DuckDB and PostgreSQL's COPY read nothing. So the header that is added
 * to ends as the first row does, and so does a last row that has no line end.
 *
 * Batches of plain numbers are written without taking rows apart (`copy-rows.ts`), the same bytes.
 *
 * @param header the dataset's header row as it lies there, where it is to be written.
 * @throws {CsvError} when a column to join is not in the dataset.
 */
export function createCsvFormat(
  spec: JobSpec,
  dataset: PinnedDataset,
  deciding: Deciding,
  header?: Buffer,
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
          .map((field) => quoted(field ?? '', dialect))
          .join(dialect.delimiter)

  const copier = createRowCopier(dialect, selection, deciding)
  let lineEnd: Buffer | undefined
  const endLike = (first: BatchRows['input']): Buffer => {
    lineEnd ??= (first && lineEndOf(firstRow(first))) ?? (header && lineEndOf(header)) ?? LF
    return lineEnd
  }

  return {
    begin: (first) => {
      if (!wantsHeader(spec, dataset)) return NOTHING
      const texts = deciding.columns.map(({ name }) => quoted(name, dialect))
      const names = Buffer.from(texts.join(dialect.delimiter))
      const joined =
        join === 'none'
          ? []
          : [joinedNames(header, dialect, selection), Buffer.from(dialect.delimiter)]
      return Buffer.concat([...joined, names, endLike(first?.input)])
    },
    rows: ({ batch, lines, input: given }) => {
      const joined = given && copier.join(lines, given.bytes)
      if (joined !== undefined) return joined
      const closed = given && closeQuote(given, batch, dataset, dialect)
      const input = closed && endLastRow(closed, endLike(closed))
      const copied = copier.copy(lines, input)
      if (copied !== undefined) return copied
      if (input === undefined) {
        const rows = textsOf(lines).map((line) => loneField(added(line), dialect))
        return Buffer.from(`${rows.join('\n')}\n`)
      }
      const pieces = textsOf(lines).flatMap((line, index) => {
        const row = input.bytes.subarray(input.offsets[index], input.offsets[index + 1])
        const end = endOfContent(row)
        const fields = Buffer.from(`${dialect.delimiter}${added(line)}`)
        const columns = chosen(row.subarray(0, end), line === '', dialect, selection)
        return [columns, fields, lineEndOf(row) ?? LF]
      })
      return Buffer.concat(pieces)
    },
    end: () => NOTHING,
  }
}

const NOTHING = Buffer.alloc(0)
const LF = Buffer.from('\n')

/** Of rows that are joined to none. */
const LONE_DIALECT: Dialect = { delimiter: ',', quote: '"' }

/** How the rows are written that are nothing but their predictions: as whoever prints those can do. */
export const loneRowStyle = ({ output }: JobSpec, deciding: Deciding): RowStyle | undefined =>
  output.format === 'csv' && output.join === 'none'
    ? copiedStyle(LONE_DIALECT, deciding)
    : undefined

function wantsHeader({ output }: JobSpec, { header }: PinnedDataset): boolean {
  return output.header === 'auto' ? output.join === 'none' || header : output.header === 'present'
}

/** The names of the columns to join: as the header has them, or made by their number. */
function joinedNames(
  header: Buffer | undefined,
  dialect: Dialect,
  selection: ColumnSelection,
): Uint8Array {
  if (header !== undefined)
    return chosen(header.subarray(0, endOfContent(header)), false, dialect, selection)
  return Buffer.from(selection.kept.map((column) => `column${column}`).join(dialect.delimiter))
}

/** An empty row would be a blank line, which readers skip: every row after it would move up. */
const loneField = (row: string, { quote }: Dialect): string => (row === '' ? quote + quote : row)

/**
 * The columns of a row to join. Of a row of another width nobody knows them: they are empty. One that is joined
 * whole stands as it is when it is predicted. When it has failed, its fields stand before empty ones if they are
 * too few; what it has too much of would be read as its prediction.
 */
function chosen(
  row: Buffer,
  isFailed: boolean,
  dialect: Dialect,
  selection: ColumnSelection,
): Uint8Array {
  const isWhole = keepsAll(selection)
  if (isWhole && !isFailed) return row
  const { width, kept } = selection
  const [odd] = oddRows(row, dialect, width)
  if (odd === undefined) return isWhole ? row : fieldsIn(row, dialect, selection)
  const missing = width - odd.fields
  return isWhole && missing > 0
    ? Buffer.concat([row, Buffer.from(dialect.delimiter.repeat(missing))])
    : Buffer.from(dialect.delimiter.repeat(kept.length - 1))
}

/** Two quotes stand for a lone field that is empty, so that its row is no blank line; beside another it is as it is. */
function fieldsIn(row: Buffer, dialect: Dialect, selection: ColumnSelection): Uint8Array {
  const fields = selectColumns(row, dialect, selection)
  const { width, kept } = selection
  if (kept.length !== 1 || !isTwoQuotes(fields, dialect)) return fields
  const twice = selectColumns(row, dialect, { width, kept: [...kept, ...kept] })
  return twice.subarray(0, (twice.length - 1) / 2)
}
