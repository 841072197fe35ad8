import { codeOfFailure, codesOfNames } from '@millrace/aws'
import { LedgerError, type LedgerErrorCode } from './ledger-error.ts'

/**
 * By the name that DynamoDB gives a failure, beside those that all services share. From
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 */
const CODES: Readonly<Record<string, LedgerErrorCode>> = {
  // A write that failed may have happened all the same: every verb allows both.
  ...codesOfNames<LedgerErrorCode>({
    throttled: 'throttled',
    unavailable: 'unavailable',
    unreachable: 'unavailable',
    timed_out: 'timed_out',
    access_denied: 'access_denied',
  }),
  // The table or its partition is asked for more than it gives.
  ProvisionedThroughputExceededException: 'throttled',
  // Another request on the same item at the same moment.
  TransactionConflictException: 'unavailable',
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
  const { name, code, message } = (failure ?? {}) as Partial<FailedCall>
  const known = codeOfFailure(failure, CODES, codeOfStatus)
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
}

function codeOfStatus(status: number): LedgerErrorCode | undefined {
  if (status === 413) return 'invalid_request'
  if (status === 403) return 'access_denied'
  if (status === 429) return 'throttled'
  return status >= 500 ? 'unavailable' : undefined
}
