export type ReportErrorCode = 'one_class_only' | 'no_scores' | 'too_many_rows' | 'page_unreadable'

/** A report cannot be made of what came. */
export class ReportError extends Error {
  override readonly name = 'ReportError'
  readonly retryable = false
  readonly code: ReportErrorCode
  readonly hint: string | undefined

  constructor(code: ReportErrorCode, message: string, hint?: string) {
    super(`make report: ${code} (${message})`)
    this.code = code
    this.hint = hint
  }
}
