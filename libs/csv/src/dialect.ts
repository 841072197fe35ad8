import { CsvError } from './csv-error.ts'

/**
 * How a table is written. Rows end at LF, CRLF or a lone CR outside quotes; a blank line is no row.
 *
 * A quote opens a quoted field only where a field begins, and a doubled quote inside is one quote.
 * Elsewhere a quote is text: `5" pipe` is a field of seven characters. This is how CPython's `csv`
 * and PapaParse read the files on which they agree, and RFC 4180 says the same of what it allows.
 */
export interface Dialect {
  /** One ASCII character, or empty together with `quote`. */
  readonly delimiter: string
  /** One ASCII character, or empty together with `delimiter`. */
  readonly quote: string
}

/** JSON lines: a row is a line, and no byte in it has a meaning. https://jsonlines.org */
export const jsonLines: Dialect = { delimiter: '', quote: '' }

/** A dialect as bytes; `NO_BYTE` equals no byte. */
export interface DialectBytes {
  readonly delimiter: number
  readonly quote: number
}

export const NO_BYTE = -1
export const LF = 10
export const CR = 13

/** @throws {CsvError} `bad_dialect` when a character is not one the scanner can tell apart. */
export function bytesOf({ delimiter, quote }: Dialect): DialectBytes {
  if (delimiter === '' && quote === '') return { delimiter: NO_BYTE, quote: NO_BYTE }
  const bytes = { delimiter: byteOf('delimiter', delimiter), quote: byteOf('quote', quote) }
  if (bytes.delimiter !== bytes.quote) return bytes
  throw new CsvError('bad_dialect', `dialect: delimiter and quote are both ${show(quote)}`)
}

function byteOf(what: string, character: string): number {
  const code = character.charCodeAt(0)
  const fits = character.length === 1 && code > 0 && code < 128 && code !== LF && code !== CR
  if (fits) return code
  const wanted = 'wanted one ASCII character that ends no line'
  throw new CsvError('bad_dialect', `dialect: ${what}: ${wanted}, got ${show(character)}`)
}

const show = (text: string): string => JSON.stringify(text)
