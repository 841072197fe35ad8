export type CsvErrorCode =
  | 'bad_dialect'
  | 'utf16'
  | 'nul_byte'
  | 'not_text'
  | 'head_incomplete'
  | 'unknown_column'
  | 'repeated_column'
  | 'no_column'
  | 'row_width'
  | 'row_endless'
  | 'malformed_quoting'

/** Where in a table something is wrong. Each is counted as its reader counts. */
export interface CsvPlace {
  /** From 0, header excluded unless the bytes given began with it. */
  readonly row?: number
  /** From 1, as an editor shows it: every LF, CRLF or lone CR begins a new one, quoted or not. */
  readonly line?: number
  /** From 0 within the bytes given. */
  readonly byte?: number
}

/** Bytes that are no table, or not the table that was promised. Never retryable: they stay so. */
export class CsvError extends Error {
  override readonly name = 'CsvError'
  readonly code: CsvErrorCode
  readonly retryable = false
  readonly row?: number
  readonly line?: number
  readonly byte?: number
  /** What somebody can do about it. */
  readonly hint?: string

  constructor(
    code: CsvErrorCode,
    message: string,
    options: ErrorOptions & CsvPlace & { readonly hint?: string } = {},
  ) {
    super(message, options)
    this.code = code
    const { row, line, byte, hint } = options
    Object.assign(this, definedOf({ row, line, byte, hint }))
  }
}

function definedOf(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
