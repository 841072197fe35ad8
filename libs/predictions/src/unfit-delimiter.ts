import { type JobSpec, OTHER_DELIMITERS, type PinnedDataset } from '@millrace/job'

/** A delimiter in quotes parts no columns. */
const ONE_QUOTED = /^"(?:[^"]|"")*"$/
const NUMBER = /^"?\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?\s*"?$/i

/**
 * Looks whether a table of one column is one of many columns, whose delimiter nobody has said: servers that guess the
 * delimiter take such rows, the short ones too, and predict something of them.
 *
 * @param body rows as they are sent.
 * @returns a sentence with the delimiter that it seems to have.
 */
export function unfitDelimiter(
  { format, csv }: JobSpec['dataset'],
  { width }: Pick<PinnedDataset, 'width'>,
  body: Uint8Array,
): string | undefined {
  if (format !== 'csv' || width !== 1) return undefined
  const rows = Buffer.from(body).toString('latin1').trimEnd().split(/\r?\n/)
  const other = OTHER_DELIMITERS.find((char) => char !== csv.delimiter && partsNumbers(rows, char))
  if (other === undefined) return undefined
  return `The table has one column, and its rows are numbers that are parted by ${JSON.stringify(other)}: set dataset.csv.delimiter.`
}

/** A text with a semicolon in it is no row of numbers; and of lists of numbers each has a length of its own. */
function partsNumbers(rows: readonly string[], char: string): boolean {
  const ofNumbers = rows
    .filter((row) => !ONE_QUOTED.test(row))
    .map((row) => row.split(char))
    .filter((fields) => fields.every((field) => NUMBER.test(field)))
  const widths = new Set(ofNumbers.map(({ length }) => length))
  return widths.size === 1 && !widths.has(1) && ofNumbers.length * 2 > rows.length
}
