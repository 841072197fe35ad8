/** How the recorded parts can fail to account for each row exactly once. */
export type AccountingErrorCode =
  | 'part_missing'
  | 'part_repeated'
  | 'part_of_another_job'
  | 'part_rows_mismatch'
  | 'part_lines_mismatch'
  | 'part_failures_mismatch'
  | 'rows_mismatch'

/** The parts do not balance against the plan, so there is no result. Trying again cannot mend it. */
export class AccountingError extends Error {
  override readonly name = 'AccountingError'
  readonly code: AccountingErrorCode
  readonly retryable = false

  constructor(code: AccountingErrorCode, message: string) {
    super(`account for rows: ${message}`)
    this.code = code
  }
}
