import { codeOfFailure, codesOfNames } from '@millrace/aws'
import { QueueError, type QueueErrorCode } from './queue-error.ts'

/**
 * The names that SQS gives to failures, beside those that all services share. It kept its old query-protocol
 * names beside the new ones: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const CODES: Readonly<Record<string, QueueErrorCode>> = {
  ...codesOfNames<QueueErrorCode>({
    throttled: 'throttled',
    unavailable: 'unavailable',
    unreachable: 'unreachable',
    timed_out: 'unreachable',
    access_denied: 'access_denied',
  }),

  QueueDoesNotExist: 'queue_not_found',
  'AWS.SimpleQueueService.NonExistentQueue': 'queue_not_found',
  InvalidAddress: 'queue_not_found',

  OverLimit: 'throttled',

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
  const code = codeOfFailure(cause, CODES, codeOfStatus) ?? 'unknown'
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
  const known = isGone(entry) ? 'visibility_lost' : CODES[entry.Code ?? '']
  const code = known ?? (entry.SenderFault === true ? 'rejected' : 'unknown')
  const reason = `${entry.Code}: ${entry.Message}`
  return queueError(code, `${verb} ${nameOf(queueUrl)}: ${code} (${reason})`, entry)
}

/**
 * SQS has no code of its own for a message that is gone: `Value … for parameter ReceiptHandle is invalid. Reason:
 * Message does not exist or is not available for visibility timeout change.`
 */
const isGone = ({
  Code,
  Message = '',
}: {
  Code?: string | undefined
  Message?: string | undefined
}) =>
  /InvalidParameterValue/.test(Code ?? '') &&
  /ReceiptHandle|visibility timeout change/.test(Message)

/** The last part of a queue's URL: all that a person needs to read. */
export const nameOf = (queueUrl: string): string => queueUrl.slice(queueUrl.lastIndexOf('/') + 1)

function codeOfStatus(status: number): QueueErrorCode | undefined {
  if (status === 403) return 'access_denied'
  if (status === 429) return 'throttled'
  return status >= 500 ? 'unavailable' : undefined
}

function queueError(code: QueueErrorCode, message: string, cause: unknown): QueueError {
  const hint = HINTS[code]
  return new QueueError(code, message, hint === undefined ? { cause } : { cause, hint })
}
