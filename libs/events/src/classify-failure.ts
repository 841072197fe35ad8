import type { PutEventsResultEntry } from '@aws-sdk/client-eventbridge'
import { EventError, type EventErrorCode } from './event-error.ts'

/**
 * The names that EventBridge, SNS, the SDK and Node give to what goes wrong, as errors and in failed
 * entries. Names from https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html,
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html and the pages of errors that both share.
 */
const CODES: Readonly<Record<string, EventErrorCode>> = {
  // The account, the bus or the key of the topic is asked for more than it gives.
  KMSThrottling: 'throttled',
  KMSThrottlingException: 'throttled',
  LimitExceededException: 'throttled',
  RequestLimitExceeded: 'throttled',
  ThrottledException: 'throttled',
  Throttled: 'throttled',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  TooManyRequestsException: 'throttled',
  // The service or the way to it is ill. The event may or may not have been taken.
  ConcurrentModificationException: 'unavailable',
  EAI_AGAIN: 'unavailable',
  ECONNABORTED: 'unavailable',
  ECONNREFUSED: 'unavailable',
  ECONNRESET: 'unavailable',
  EHOSTUNREACH: 'unavailable',
  ENETUNREACH: 'unavailable',
  ENOTFOUND: 'unavailable',
  EPIPE: 'unavailable',
  InternalError: 'unavailable',
  InternalErrorException: 'unavailable',
  InternalException: 'unavailable',
  InternalFailure: 'unavailable',
  ServiceUnavailable: 'unavailable',
  ServiceUnavailableException: 'unavailable',
  ETIMEDOUT: 'timed_out',
  RequestTimeout: 'timed_out',
  TimeoutError: 'timed_out',
  // A role, key or clock that somebody must mend.
  AccessDenied: 'access_denied',
  AccessDeniedException: 'access_denied',
  AuthorizationError: 'access_denied',
  AuthorizationErrorException: 'access_denied',
  CredentialsProviderError: 'access_denied',
  ExpiredToken: 'access_denied',
  ExpiredTokenException: 'access_denied',
  IncompleteSignature: 'access_denied',
  IncompleteSignatureException: 'access_denied',
  InvalidClientTokenId: 'access_denied',
  InvalidSecurity: 'access_denied',
  InvalidSignatureException: 'access_denied',
  KMSAccessDenied: 'access_denied',
  KMSAccessDeniedException: 'access_denied',
  KMSDisabled: 'access_denied',
  KMSDisabledException: 'access_denied',
  KMSInvalidState: 'access_denied',
  KMSInvalidStateException: 'access_denied',
  KMSNotFound: 'access_denied',
  KMSNotFoundException: 'access_denied',
  KMSOptInRequired: 'access_denied',
  MissingAuthenticationToken: 'access_denied',
  MissingAuthenticationTokenException: 'access_denied',
  NotAuthorizedForDetailTypeException: 'access_denied',
  NotAuthorizedForSourceException: 'access_denied',
  OptInRequired: 'access_denied',
  RequestExpired: 'access_denied',
  RequestTimeTooSkewed: 'access_denied',
  SignatureDoesNotMatch: 'access_denied',
  TokenProviderError: 'access_denied',
  UnrecognizedClientException: 'access_denied',
  // A bus or topic that is not there.
  NotFound: 'target_missing',
  NotFoundException: 'target_missing',
  ResourceNotFoundException: 'target_missing',
  // What is told itself.
  InvalidArgument: 'invalid_request',
  InvalidParameter: 'invalid_request',
  InvalidParameterException: 'invalid_request',
  InvalidParameterValue: 'invalid_request',
  InvalidParameterValueException: 'invalid_request',
  MalformedDetail: 'invalid_request',
  ValidationError: 'invalid_request',
  ValidationException: 'invalid_request',
}

/** Says what a failed call means. Total: what nobody knows yet is `unknown`, so passing and charged. */
export function classifyFailure(operation: string, cause: unknown): EventError {
  if (cause instanceof EventError) return cause
  const code = codeOf(cause)
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
  return new EventError(code, `${operation}: ${code} (${reason})`, { cause })
}

/** One refused entry, which EventBridge answers with HTTP 200. */
export function classifyEntry(
  operation: string,
  { ErrorCode = '', ErrorMessage = '' }: Pick<PutEventsResultEntry, 'ErrorCode' | 'ErrorMessage'>,
): EventError {
  const code = CODES[ErrorCode] ?? 'unknown'
  return new EventError(code, `${operation}: ${code} (${ErrorCode}: ${ErrorMessage})`)
}

function codeOf(cause: unknown): EventErrorCode {
  const { name, code, $metadata, cause: inner } = (cause ?? {}) as FailureFacts
  // The code first: the SDK calls a reset connection a TimeoutError.
  const known = CODES[typeof code === 'string' ? code : ''] ?? CODES[name ?? '']
  const found = known ?? codeOfStatus($metadata?.httpStatusCode ?? 0)
  return found ?? (inner === undefined ? 'unknown' : codeOf(inner))
}

interface FailureFacts {
  readonly name?: string
  readonly code?: unknown
  readonly cause?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number }
}

/** A load balancer or proxy answers without a name that we know. */
function codeOfStatus(status: number): EventErrorCode | undefined {
  if (status === 403) return 'access_denied'
  if (status === 413) return 'invalid_request'
  if (status === 429) return 'throttled'
  return status >= 500 ? 'unavailable' : undefined
}
