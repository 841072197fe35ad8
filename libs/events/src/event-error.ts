/** Why an event could not be told, and whether telling it again can help. */
const RETRYABLE = {
  throttled: true,
  unavailable: true,
  timed_out: true,
  /** Nobody has classified this yet: taken as passing, bounded by the caller's attempts. */
  unknown: true,
  access_denied: false,
  /** There is no such event bus or topic. */
  target_missing: false,
  invalid_request: false,
} as const

export type EventErrorCode = keyof typeof RETRYABLE

/** The service takes nothing from anybody, or not from us: it was no fault of what was told. */
const OUTAGES: ReadonlySet<EventErrorCode> = new Set([
  'throttled',
  'unavailable',
  'timed_out',
  'access_denied',
  'target_missing',
])

export class EventError extends Error {
  override readonly name = 'EventError'
  readonly code: EventErrorCode
  readonly retryable: boolean
  /** See `WorkerOptions.handle` of the queue: a message whose handler failed for it is not charged. */
  readonly isOutage: boolean

  constructor(code: EventErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.retryable = RETRYABLE[code]
    this.isOutage = OUTAGES.has(code)
  }
}
