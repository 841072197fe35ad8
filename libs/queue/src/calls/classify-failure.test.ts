import { describe, expect, test } from 'vitest'
import { classifyEntry, classifyFailure } from './classify-failure.ts'

const url = 'https://sqs.eu-central-1.amazonaws.com/123456789012/batches'
const failure = (name: string, more: object = {}) =>
  Object.assign(new Error('words'), { name }, more)

describe('a failed call', () => {
  test.for([
    { what: 'a missing queue', error: failure('QueueDoesNotExist'), code: 'queue_not_found' },
    { what: 'a refused action', error: failure('AccessDeniedException'), code: 'access_denied' },
    {
      what: 'a key that is on its way out',
      error: failure('KmsInvalidState'),
      code: 'access_denied',
    },
    {
      what: 'a network without a way to it',
      error: failure('Error', { code: 'ENETUNREACH' }),
      code: 'unreachable',
    },
    {
      what: 'an unknown 403',
      error: failure('Odd', { $metadata: { httpStatusCode: 403 } }),
      code: 'access_denied',
    },
    { what: 'a throttle', error: failure('RequestThrottled'), code: 'throttled' },
    {
      what: 'an unknown 503',
      error: failure('Odd', { $metadata: { httpStatusCode: 503 } }),
      code: 'unavailable',
    },
    { what: 'a late answer', error: failure('TimeoutError'), code: 'unreachable' },
    {
      what: 'a refused connection',
      error: failure('Error', { code: 'ECONNREFUSED' }),
      code: 'unreachable',
    },
    {
      what: 'a failure that sqs-consumer has wrapped',
      error: failure('SQSError', { code: 'Error', cause: failure('x', { code: 'ECONNRESET' }) }),
      code: 'unreachable',
    },
    { what: 'an abort', error: failure('AbortError'), code: 'aborted' },
    { what: 'something else', error: failure('Odd'), code: 'unknown' },
    { what: 'what is no error at all', error: 'words', code: 'unknown' },
    { what: 'nothing', error: undefined, code: 'unknown' },
  ])('that is $what, has code $code', ({ error, code }) => {
    expect(classifyFailure('receive', url, error).code).toBe(code)
  })

  test('names verb, queue, code and cause, and keeps the cause', () => {
    const cause = failure('OverLimit')
    const error = classifyFailure('receive', url, cause)
    expect(error.message).toBe('receive batches: throttled (OverLimit: words)')
    expect(error.cause).toBe(cause)
  })

  test('that somebody can act on, has a hint', () => {
    expect(classifyFailure('receive', url, failure('AccessDenied')).hint).toMatch(/credentials/)
  })
})

describe('a failed entry', () => {
  test.for([
    { Code: 'InternalError', SenderFault: false, code: 'unavailable', retryable: true },
    {
      Code: 'ReceiptHandleIsInvalid',
      SenderFault: true,
      code: 'visibility_lost',
      retryable: false,
    },
    {
      Code: 'InvalidParameterValue',
      Message:
        'Value AQEB… for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.',
      SenderFault: true,
      code: 'visibility_lost',
      retryable: false,
    },
    { Code: 'InvalidParameterValue', SenderFault: true, code: 'rejected', retryable: false },
    { Code: 'Unheard', SenderFault: true, code: 'rejected', retryable: false },
    { Code: 'Unheard', SenderFault: false, code: 'unknown', retryable: true },
  ])('with $Code and sender fault $SenderFault, is $code', ({ code, retryable, ...entry }) => {
    expect(classifyEntry('delete', url, entry)).toMatchObject({ code, retryable })
  })
})
