import { describe, expect, test } from 'vitest'
import { codeOfFailure, codesOfNames } from './failure-names.ts'

const names = codesOfNames({
  throttled: 'slow',
  unavailable: 'ill',
  unreachable: 'cut',
  timed_out: 'late',
  access_denied: 'denied',
  clock_skewed: 'clock',
})
const ofStatus = (status: number): string | undefined => (status >= 500 ? 'ill' : undefined)
const codeOf = (failure: unknown): string | undefined => codeOfFailure(failure, names, ofStatus)

describe('a failure', () => {
  test.for([
    ['of a service', { name: 'ThrottlingException' }, 'slow'],
    ['of a socket', { name: 'Error', code: 'ENETUNREACH' }, 'cut'],
    [
      'of a client that has a name of its own for it',
      { name: 'TimeoutError', code: 'EPIPE' },
      'cut',
    ],
    ['of a process that has no more files', { name: 'Error', code: 'EMFILE' }, 'cut'],
    ['of a certificate', { name: 'Error', code: 'CERT_HAS_EXPIRED' }, 'cut'],
    ['of a name that is not in it', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'cut'],
    ['with a number for its code', { name: 'TimeoutError', code: 23 }, 'late'],
    ['of a load balancer', { name: 'Odd', $metadata: { httpStatusCode: 503 } }, 'ill'],
    ['that is wrapped', { name: 'SQSError', cause: { code: 'ECONNREFUSED' } }, 'cut'],
    ['for which the adapter has a word', { name: 'RequestExpired' }, 'clock'],
    ['for which it has none', { name: 'ExpiredToken' }, 'denied'],
    ['of a key', { name: 'KMS.DisabledException' }, 'denied'],
    ['of a key that is gone', { name: 'KMS.NotFoundException' }, 'denied'],
    ['of nobody', { name: 'Odd', $metadata: { httpStatusCode: 400 } }, undefined],
    [
      'with the name of what every object has',
      { name: 'constructor', code: 'toString' },
      undefined,
    ],
    ['that is none', 'words', undefined],
    ['that is nothing', undefined, undefined],
  ] as const)('%s', ([, failure, code]) => {
    expect(codeOf(failure)).toBe(code)
  })
})
