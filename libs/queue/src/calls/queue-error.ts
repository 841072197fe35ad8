/**
 * What went wrong with a queue. The table says whether the same call may succeed later; a reason per
 * line, because a wrong "yes" is an endless loop and a wrong "no" is a lost message.
 */
export const RETRYABLE = {
  /** Systemic: somebody has to create the queue or correct its URL. A receive loop goes on trying. */
  queue_not_found: false,
  /** Systemic: credentials, policy or key. */
  access_denied: false,
  /** SQS says slower, or the queue holds its 120,000 messages in flight. */
  throttled: true,
  /** SQS answers 5xx. */
  unavailable: true,
  /** No answer: refused, reset, or not in time. */
  unreachable: true,
  /** Above SQS's 1 MiB; it stays so. */
  message_too_large: false,
  /** SQS calls the entry or call wrong; the same one stays wrong. */
  rejected: false,
  /** The message is visible again or gone: somebody else may hold it. */
  visibility_lost: false,
  /** We were told not to wait. */
  aborted: false,
  /** Nothing we know. Taken for passing, bounded by the caller, and logged as unknown. */
  unknown: true,
} as const satisfies Record<string, boolean>

export type QueueErrorCode = keyof typeof RETRYABLE

/** The queue takes nothing from anybody, or not from us: it was no fault of what was sent. */
const OUTAGES: ReadonlySet<QueueErrorCode> = new Set([
  'queue_not_found',
  'access_denied',
  'throttled',
  'unavailable',
  'unreachable',
])

/** A failure at the boundary to SQS. */
export class QueueError extends Error {
  override readonly name = 'QueueError'
  readonly code: QueueErrorCode
  readonly retryable: boolean
  /** See `WorkerOptions.handle`: a message whose handler failed for it is not charged. */
  readonly isOutage: boolean
  readonly hint?: string

  constructor(code: QueueErrorCode, message: string, options?: ErrorOptions & { hint?: string }) {
    super(message, options)
    this.code = code
    this.retryable = RETRYABLE[code]
    this.isOutage = OUTAGES.has(code)
    if (options?.hint !== undefined) this.hint = options.hint
  }
}
