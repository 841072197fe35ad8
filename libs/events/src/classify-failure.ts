import type { PutEventsResultEntry } from '@aws-sdk/client-eventbridge'
import { codeOfFailure, codesOfNames } from '@millrace/aws'
import { EventError, type EventErrorCode } from './event-error.ts'

/**
 * The names that EventBridge and SNS give to what goes wrong, as errors and in failed entries, beside those that
 * all services share. From https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html and
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html.
 */
const CODES: Readonly<Record<string, EventErrorCode>> = {
  ...codesOfNames<EventErrorCode>({
    throttled: 'throttled',
    unavailable: 'unavailable',
    unreachable: 'unavailable',
    timed_out: 'timed_out',
    access_denied: 'access_denied',
  }),
  // The event may or may not have been taken.
  ConcurrentModificationException: 'unavailable',
  NotAuthorizedForDetailTypeException: 'access_denied',
  NotAuthorizedForSourceException: 'access_denied',
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
  const code = codeOfFailure(cause, CODES, codeOfStatus) ?? 'unknown'
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

/** A load balancer or proxy answers without a name that we know. */
function codeOfStatus(status: number): EventErrorCode | undefined {
  if (status === 403) return 'access_denied'
  if (status === 413) return 'invalid_request'
  if (status === 429) return 'throttled'
  return status >= 500 ? 'unavailable' : undefined
}
