/** Why the ledger could not do what it was asked, and whether asking again can help. */
const RETRYABLE = {
  throttled: true,
  unavailable: true,
  timed_out: true,
  /** Nobody has classified this yet: taken as passing, bounded by the caller's attempts. */
  unknown: true,
  access_denied: false,
  table_missing: false,
  /** The request can never succeed as it is: a bug, or an item above 400 KB. */
  invalid_request: false,
  job_missing: false,
  /** The job's plan was sealed with other totals: two versions of a plan never mix. */
  plan_mismatch: false,
  /** What is stored is not what was written: changed by another hand, or by another version. */
  item_corrupt: false,
  /** A newer version has written it, with what this one does not know, and so must not leave out. */
  item_newer: false,
} as const

export type LedgerErrorCode = keyof typeof RETRYABLE

/** The table serves nobody, or not us, or not our version yet: what is asked of it now fails, and was no fault of that. */
const OUTAGES: ReadonlySet<LedgerErrorCode> = new Set([
  'throttled',
  'unavailable',
  'timed_out',
  'access_denied',
  'table_missing',
  'item_newer',
])

export interface LedgerErrorOptions extends ErrorOptions {
  /** What somebody can do about it. */
  readonly hint?: string | undefined
}

export class LedgerError extends Error {
  override readonly name = 'LedgerError'
  readonly code: LedgerErrorCode
  readonly retryable: boolean
  /** See `WorkerOptions.handle`: a message whose handler failed for it is not charged. */
  readonly isOutage: boolean
  readonly hint?: string

  constructor(code: LedgerErrorCode, message: string, options: LedgerErrorOptions = {}) {
    super(message, options)
    this.code = code
    this.retryable = RETRYABLE[code]
    this.isOutage = OUTAGES.has(code)
    if (options.hint !== undefined) this.hint = options.hint
  }
}
