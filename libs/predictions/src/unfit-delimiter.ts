import { type JobSpec, OTHER_DELIMITERS, type PinnedDataset } from '@millrace/job'

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

/** A text with a semicolon in it is no row of numbers. */
function partsNumbers(rows: readonly string[], char: string): boolean {
  const parted = rows.map((row) => row.split(char))
  const alike = parted.filter(
    (fields) => fields.length > 1 && fields.every((field) => NUMBER.test(field)),
  )
  return alike.length * 2 > rows.length
}
