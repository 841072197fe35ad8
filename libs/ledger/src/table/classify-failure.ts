import { LedgerError, type LedgerErrorCode } from './ledger-error.ts'

/**
 * By the name DynamoDB, the SDK or Node gives a failure. Names from
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html and
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/CommonErrors.html
 */
const CODES: Readonly<Record<string, LedgerErrorCode>> = {
  // The table, its partition or the account is asked for more than it gives.
  ProvisionedThroughputExceededException: 'throttled',
  ThrottlingException: 'throttled',
  Throttling: 'throttled',
  RequestLimitExceeded: 'throttled',
  LimitExceededException: 'throttled',
  // DynamoDB or the way to it is ill. A write may or may not have happened; every verb allows both.
  InternalServerError: 'unavailable',
  InternalFailure: 'unavailable',
  ServiceUnavailable: 'unavailable',
  ServiceUnavailableException: 'unavailable',
  // Another request on the same item at the same moment.
  TransactionConflictException: 'unavailable',
  ECONNREFUSED: 'unavailable',
  ECONNRESET: 'unavailable',
  ECONNABORTED: 'unavailable',
  EPIPE: 'unavailable',
  EHOSTUNREACH: 'unavailable',
  ENETUNREACH: 'unavailable',
  ENOTFOUND: 'unavailable',
  EAI_AGAIN: 'unavailable',
  UND_ERR_SOCKET: 'unavailable',
  TimeoutError: 'timed_out',
  ERR_CONNECT_TIMEOUT: 'timed_out',
  UND_ERR_CONNECT_TIMEOUT: 'timed_out',
  UND_ERR_HEADERS_TIMEOUT: 'timed_out',
  UND_ERR_BODY_TIMEOUT: 'timed_out',
  ETIMEDOUT: 'timed_out',
  RequestTimeout: 'timed_out',
  // A role, key or clock that somebody must mend.
  AccessDeniedException: 'access_denied',
  UnrecognizedClientException: 'access_denied',
  InvalidSignatureException: 'access_denied',
  IncompleteSignatureException: 'access_denied',
  MissingAuthenticationTokenException: 'access_denied',
  MissingAuthenticationToken: 'access_denied',
  ExpiredToken: 'access_denied',
  ExpiredTokenException: 'access_denied',
  RequestExpired: 'access_denied',
  RequestTimeTooSkewed: 'access_denied',
  CredentialsProviderError: 'access_denied',
  OptInRequired: 'access_denied',
  KMSAccessDeniedException: 'access_denied',
  ResourceNotFoundException: 'table_missing',
  // A condition that fails is an outcome: each verb takes it before it comes here.
  ConditionalCheckFailedException: 'invalid_request',
  ValidationException: 'invalid_request',
  SerializationException: 'invalid_request',
  ItemCollectionSizeLimitExceededException: 'invalid_request',
}

const HINTS: Partial<Record<LedgerErrorCode, string>> = {
  access_denied: 'check the credentials, the clock and the role of this task',
  table_missing: 'check the name of the table and the region',
}

/** Says what a failed call means. Total: what nobody knows yet is `unknown`, so transient and seen. */
export function classifyFailure(operation: string, failure: unknown): LedgerError {
  if (failure instanceof LedgerError) return failure
  const { name, code, message, $metadata } = (failure ?? {}) as Partial<FailedCall>
  // The code first: the SDK calls a reset connection a TimeoutError.
  const known = CODES[code ?? ''] ?? CODES[name ?? ''] ?? codeOfStatus($metadata?.httpStatusCode)
  const word = known ?? 'unknown'
  const reason = message === undefined || message === '' ? (code ?? name ?? '') : message
  const label = known === undefined ? `${word} ${name ?? typeof failure}` : word
  return new LedgerError(word, `${operation}: ${label} (${reason})`, {
    cause: failure,
    hint: HINTS[word],
  })
}

interface FailedCall extends Error {
  readonly code: string
  readonly $metadata: { readonly httpStatusCode?: number }
}

function codeOfStatus(status: number | undefined): LedgerErrorCode | undefined {
  if (status === undefined) return undefined
  if (status === 413) return 'invalid_request'
  return status >= 500 ? 'unavailable' : undefined
}
