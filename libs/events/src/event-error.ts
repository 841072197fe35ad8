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

/** The names that EventBridge and SNS give to what goes wrong, as errors and in failed entries. */
const CODES: Readonly<Record<string, EventErrorCode>> = {
  ThrottlingException: 'throttled',
  Throttling: 'throttled',
  ThrottledException: 'throttled',
  TooManyRequestsException: 'throttled',
  LimitExceededException: 'throttled',
  InternalFailure: 'unavailable',
  InternalException: 'unavailable',
  InternalError: 'unavailable',
  InternalErrorException: 'unavailable',
  ServiceUnavailable: 'unavailable',
  ConcurrentModificationException: 'unavailable',
  ECONNREFUSED: 'unavailable',
  ECONNRESET: 'unavailable',
  ENOTFOUND: 'unavailable',
  TimeoutError: 'timed_out',
  AccessDenied: 'access_denied',
  AccessDeniedException: 'access_denied',
  AuthorizationError: 'access_denied',
  AuthorizationErrorException: 'access_denied',
  NotAuthorizedForDetailTypeException: 'access_denied',
  NotAuthorizedForSourceException: 'access_denied',
  KMSAccessDeniedException: 'access_denied',
  ExpiredTokenException: 'access_denied',
  UnrecognizedClientException: 'access_denied',
  InvalidClientTokenId: 'access_denied',
  ResourceNotFoundException: 'target_missing',
  NotFound: 'target_missing',
  NotFoundException: 'target_missing',
  InvalidArgument: 'invalid_request',
  InvalidParameter: 'invalid_request',
  InvalidParameterException: 'invalid_request',
  MalformedDetail: 'invalid_request',
  ValidationException: 'invalid_request',
}

/** Classifies by name; what is not known counts as passing. */
export function codeOf(name: string | undefined): EventErrorCode {
  return CODES[name ?? ''] ?? 'unknown'
}
