import { expect, test } from 'vitest'
import { classifyEntry, classifyFailure } from './classify-failure.ts'
import type { EventErrorCode } from './event-error.ts'

const named = (name: string, facts: object = {}): Error =>
  Object.assign(new Error('no'), { name, ...facts })
const errno = (code: string): Error => named('Error', { code })
const answered = (httpStatusCode: number): Error =>
  named('UnknownError', { $metadata: { httpStatusCode } })

// Decision 7: an outage is charged to nobody.
test.for<[string, Error, EventErrorCode, boolean]>([
  ['a name server that does not answer', errno('EAI_AGAIN'), 'unavailable', true],
  ['a refused connection', errno('ECONNREFUSED'), 'unavailable', true],
  ['a host without a way to it', errno('EHOSTUNREACH'), 'unavailable', true],
  ['a network without a way to it', errno('ENETUNREACH'), 'unavailable', true],
  ['a pipe that broke', errno('EPIPE'), 'unavailable', true],
  ['a connection that timed out', errno('ETIMEDOUT'), 'timed_out', true],
  ['a reset one', named('TimeoutError', { code: 'ECONNRESET' }), 'unavailable', true],
  ['a service that says so', named('ServiceUnavailableException'), 'unavailable', true],
  ['an answer 503 of a load balancer', answered(503), 'unavailable', true],
  ['an answer 429', answered(429), 'throttled', true],
  ['an answer 403', answered(403), 'access_denied', true],
  ['a task without credentials', named('CredentialsProviderError'), 'access_denied', true],
  ['an expired token', named('ExpiredToken'), 'access_denied', true],
  ['a clock that is wrong', named('InvalidSignatureException'), 'access_denied', true],
  ['a key that is disabled', named('KMSDisabledException'), 'access_denied', true],
  ['a topic that is not there', named('NotFoundException'), 'target_missing', true],
  ['what is wrapped', named('Error', { cause: errno('ECONNREFUSED') }), 'unavailable', true],
  ['an event that is refused', named('ValidationException'), 'invalid_request', false],
  ['what nobody knows', named('NewTrouble'), 'unknown', false],
])('%s is told as such', ([, cause, code, isOutage]) => {
  const error = classifyFailure('put event j-1:ended to millrace', cause)
  expect(error).toMatchObject({ name: 'EventError', code, isOutage, cause })
  expect(error.message).toMatch(`put event j-1:ended to millrace: ${code} (`)
})

test('what is no error at all is unknown', () => {
  expect(classifyFailure('put', undefined)).toMatchObject({ code: 'unknown' })
})

test('a refused entry keeps the words of the service', () => {
  const error = classifyEntry('put', { ErrorCode: 'InternalFailure', ErrorMessage: 'try again' })
  expect(error).toMatchObject({
    code: 'unavailable',
    message: 'put: unavailable (InternalFailure: try again)',
  })
})
