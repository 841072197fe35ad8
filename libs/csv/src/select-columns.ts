import assert from 'node:assert/strict'
import type { ColumnSelection } from './column-selection.ts'
import { CsvError } from './csv-error.ts'
import { bytesOf, type Dialect } from './dialect.ts'
import { type Survey, surveyRows, widthText } from './survey.ts'
import { bytesAt, INPUT_AT, MARGIN_BYTES, numbersAt, reserve, scanner } from './workspace.ts'

/**
 * The payload of a batch: the kept columns of its rows, without the rows in `dropped` (indexes
 * within the batch) and without blank lines, which the XGBoost container refuses. Fields are copied
 * byte for byte, quotes and all, and so are line ends. When nothing has to change, it is the very
 * `bytes` that were given; it is never longer, but for the next case.
 *
 * When the one kept field of a row is empty, two quotes stand for it: as an empty line the row would
 * vanish and every prediction after it would move up.
 *
 * @param survey of the very bytes, where they were looked over already.
 * @throws {CsvError} `row_width` for a row, not dropped, that has not the selection's width: its
 *   columns would be others than the chosen ones. Not checked when all columns are kept.
 */
export function selectColumns(
  bytes: Uint8Array,
  dialect: Dialect,
  selection: ColumnSelection,
  dropped: ReadonlySet<number> = NONE,
  survey: Pick<Survey, 'rows' | 'blankLines'> = surveyRows(bytes, dialect, 0),
): Uint8Array {
  const { rows, blankLines } = survey
  const keepsAll = keepsAllOf(selection)
  if (keepsAll && dropped.size === 0 && blankLines === 0) return bytes
  const kept = keepsAll ? [] : selection.kept
  const places = layOut(bytes.length, rows, selection.width, kept.length, dropped.size)
  reserve(places.end)
  bytesAt(INPUT_AT, bytes.length).set(bytes)
  numbersAt(places.kept, kept.length).set(kept)
  numbersAt(places.dropped, dropped.size).set([...dropped].sort((a, b) => a - b))
  const { delimiter, quote } = bytesOf(dialect)
  assert(keepsAll || delimiter >= 0, 'select columns: JSON lines have no columns to select')
  scanner.beginSelect(
    delimiter,
    quote,
    selection.width,
    places.fields,
    places.kept,
    kept.length,
    places.dropped,
    dropped.size,
  )
  if (scanner.select(INPUT_AT, bytes.length, places.output) === 0) throw misfit(selection.width)
  return bytesAt(places.output, scanner.selectedEnd() - places.output).slice()
}

const NONE: ReadonlySet<number> = new Set()

function keepsAllOf({ width, kept }: ColumnSelection): boolean {
  return kept.length === width && kept.every((column, index) => column === index)
}

/** Where things lie in the workspace: the batch, three lists of numbers, and the output. */
function layOut(bytes: number, rows: number, width: number, kept: number, dropped: number) {
  const fields = alignedTo4(INPUT_AT + bytes + MARGIN_BYTES)
  const keptAt = fields + 4 * (width + 1)
  const droppedAt = keptAt + 4 * kept
  const output = droppedAt + 4 * dropped
  const end = output + bytes + 2 * rows + MARGIN_BYTES
  return { fields, kept: keptAt, dropped: droppedAt, output, end }
}

const alignedTo4 = (at: number) => (at + 3) & ~3

function misfit(width: number): CsvError {
  const row = scanner.misfitRow()
  const byte = scanner.misfitStart() - INPUT_AT
  const message = `select columns: row ${row} has ${widthText(scanner.misfitFields(), width)}`
  return new CsvError('row_width', message, { row, byte })
}
