import { QueueError, type QueueErrorCode } from './queue-error.ts'

/**
 * The names under which SQS, the SDK and Node report failures. SQS kept its old query-protocol names
 * beside the new ones: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
 */
const CODES: Readonly<Record<string, QueueErrorCode>> = {
  QueueDoesNotExist: 'queue_not_found',
  'AWS.SimpleQueueService.NonExistentQueue': 'queue_not_found',
  InvalidAddress: 'queue_not_found',

  AccessDenied: 'access_denied',
  AccessDeniedException: 'access_denied',
  CredentialsProviderError: 'access_denied',
  ExpiredToken: 'access_denied',
  ExpiredTokenException: 'access_denied',
  IncompleteSignature: 'access_denied',
  InvalidClientTokenId: 'access_denied',
  InvalidSecurity: 'access_denied',
  KmsAccessDenied: 'access_denied',
  KmsDisabled: 'access_denied',
  KmsNotFound: 'access_denied',
  SignatureDoesNotMatch: 'access_denied',
  UnrecognizedClientException: 'access_denied',

  KmsThrottled: 'throttled',
  OverLimit: 'throttled',
  RequestThrottled: 'throttled',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  TooManyRequestsException: 'throttled',

  InternalError: 'unavailable',
  InternalFailure: 'unavailable',
  ServiceUnavailable: 'unavailable',

  EAI_AGAIN: 'unreachable',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENOTFOUND: 'unreachable',
  EPIPE: 'unreachable',
  ETIMEDOUT: 'unreachable',
  TimeoutError: 'unreachable',

  BatchRequestTooLong: 'message_too_large',

  InvalidAttributeValue: 'rejected',
  InvalidMessageContents: 'rejected',
  InvalidParameterValue: 'rejected',
  MissingParameter: 'rejected',
  UnsupportedOperation: 'rejected',

  'AWS.SimpleQueueService.MessageNotInflight': 'visibility_lost',
  MessageNotInflight: 'visibility_lost',
  ReceiptHandleIsInvalid: 'visibility_lost',

  AbortError: 'aborted',
}

const HINTS: Partial<Record<QueueErrorCode, string>> = {
  queue_not_found: 'check the queue URL and the region',
  access_denied: "check the credentials and the role's policy for this queue",
}

/** Whatever a call to SQS threw, as a `QueueError` that keeps it as its cause. Total. */
export function classifyFailure(verb: string, queueUrl: string, cause: unknown): QueueError {
  if (cause instanceof QueueError) return cause
  const code = codeOf(cause)
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
  return queueError(code, `${verb} ${nameOf(queueUrl)}: ${code} (${reason})`, cause)
}

/** One `Failed` entry of a batch call, which SQS answers with HTTP 200. */
export function classifyEntry(
  verb: string,
  queueUrl: string,
  entry: {
    Code?: string | undefined
    Message?: string | undefined
    SenderFault?: boolean | undefined
  },
): QueueError {
  const code = CODES[entry.Code ?? ''] ?? (entry.SenderFault === true ? 'rejected' : 'unknown')
  const reason = `${entry.Code}: ${entry.Message}`
  return queueError(code, `${verb} ${nameOf(queueUrl)}: ${code} (${reason})`, entry)
}

/** The last part of a queue's URL: all that a person needs to read. */
export const nameOf = (queueUrl: string): string => queueUrl.slice(queueUrl.lastIndexOf('/') + 1)

function codeOf(cause: unknown): QueueErrorCode {
  const { name, code, $metadata, cause: inner } = (cause ?? {}) as FailureFacts
  const known = CODES[name ?? ''] ?? CODES[typeof code === 'string' ? code : '']
  if (known !== undefined) return known
  const status = $metadata?.httpStatusCode ?? 0
  if (status === 403) return 'access_denied'
  if (status === 429) return 'throttled'
  if (status >= 500) return 'unavailable'
  return inner === undefined ? 'unknown' : codeOf(inner)
}

interface FailureFacts {
  readonly name?: string
  readonly code?: unknown
  readonly cause?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number }
}

function queueError(code: QueueErrorCode, message: string, cause: unknown): QueueError {
  const hint = HINTS[code]
  return new QueueError(code, message, hint === undefined ? { cause } : { cause, hint })
}
