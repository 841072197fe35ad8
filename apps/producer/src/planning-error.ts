export type PlanningErrorCode =
  | 'dataset_empty'
  | 'header_mismatch'
  | 'output_taken'
  | 'preflight_failed'
  | 'retried_already'

/** The job cannot be planned as it is. Trying again cannot mend it. */
export class PlanningError extends Error {
  override readonly name = 'PlanningError'
  readonly code: PlanningErrorCode
  readonly retryable = false

  constructor(code: PlanningErrorCode, message: string) {
    super(`plan: ${message}`)
    this.code = code
  }
}
