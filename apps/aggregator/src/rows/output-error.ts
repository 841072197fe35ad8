/** The result cannot be written as it was asked for. Another export of the same predictions can. */
export class OutputError extends Error {
  override readonly name = 'OutputError'
  readonly code:
    | 'column_name_taken'
    | 'not_utf8'
    | 'output_taken'
    | 'row_too_large'
    | 'too_many_columns'
    | 'value_unfit'
  readonly retryable = false
  readonly hint: string

  constructor(code: OutputError['code'], message: string, hint: string) {
    super(`write result: ${message}`)
    this.code = code
    this.hint = hint
  }
}
