import type { PinnedDataset } from '@millrace/job'
import { addedColumns, type Decide, decideBy } from './decide.ts'
import type { JobSpec } from '@millrace/job'

const LF = '\n'

/** Writes rows of a result as CSV; the input's own bytes are copied, never parsed and written again. */
export interface CsvFormat {
  /** The header row, or nothing where the input joined has none. */
  readonly header: Buffer | undefined
  /** Rows that hold the added columns only. */
  plain(predictions: Buffer): Buffer
  /** Rows that hold the input's columns first. `offsets` are the starts of the rows, then their end. */
  joined(predictions: Buffer, input: Buffer, offsets: Uint32Array): Buffer
}

/**
 * The CSV of one job: `Prediction,Binary Classification`, or the input's columns and these. A failed
 * row has them empty, so that there is one row out for each row in. The prediction is the text that
 * the endpoint sent.
 */
export function createCsvFormat(spec: JobSpec, dataset: PinnedDataset): CsvFormat {
  const decide = decideBy(spec.decision)
  const delimiter = spec.output.join === 'none' ? ',' : spec.dataset.csv.delimiter
  const names = addedColumns(spec.decision)
  const added = (prediction: string): string => addedFields(prediction, decide, delimiter)

  return {
    header: headerRow(spec, dataset, names, delimiter),
    plain: (predictions) => Buffer.from(`${linesOf(predictions).map(added).join(LF)}${LF}`, 'utf8'),
    joined: (predictions, input, offsets) => {
      const lines = linesOf(predictions)
      const pieces = lines.flatMap((line, index) => {
        const row = input.subarray(offsets[index], offsets[index + 1])
        const end = endOfContent(row)
        // The row keeps its own line end; a last row without one gets the usual one.
        const lineEnd = end === row.length ? Buffer.from(LF) : row.subarray(end)
        return [row.subarray(0, end), Buffer.from(`${delimiter}${added(line)}`), lineEnd]
      })
      return Buffer.concat(pieces)
    },
  }
}

function headerRow(
  { output, dataset: { csv } }: JobSpec,
  dataset: PinnedDataset,
  names: readonly string[],
  delimiter: string,
): Buffer | undefined {
  if (output.join === 'none') return Buffer.from(`${names.join(delimiter)}${LF}`)
  if (!dataset.header) return undefined
  const columns = [...(dataset.columns ?? []), ...names]
  return Buffer.from(
    `${columns.map((name) => quoted(name, delimiter, csv.quote)).join(delimiter)}${LF}`,
  )
}

const linesOf = (predictions: Buffer): string[] => predictions.toString('utf8').split(LF)

function addedFields(prediction: string, decide: Decide | undefined, delimiter: string): string {
  if (decide === undefined) return quoted(prediction, delimiter, '"')
  if (prediction === '') return delimiter
  return `${quoted(prediction, delimiter, '"')}${delimiter}${quoted(decide(prediction), delimiter, '"')}`
}

/** Quotes a field where RFC 4180, section 2, asks for it. */
function quoted(field: string, delimiter: string, quote: string): string {
  const plain = !field.includes(delimiter) && !field.includes(quote) && !/[\r\n]/.test(field)
  return plain ? field : `${quote}${field.replaceAll(quote, quote + quote)}${quote}`
}

/** Where a row's content ends and its line end (LF, CRLF or none) begins. */
function endOfContent(row: Buffer): number {
  if (row.at(-1) !== 0x0a) return row.length
  return row.at(-2) === 0x0d ? row.length - 2 : row.length - 1
}
