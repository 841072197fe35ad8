import { InvocationError } from '@millrace/invocation'
import { expect, test } from 'vitest'
import { failureOf } from './failure-of.ts'

test.for([
  [
    'endpoint_not_found',
    'no churn-v3 here',
    'plan: There is no endpoint churn-v3 in eu-west-1 for this account: check endpoint.name and the region (no churn-v3 here).',
  ],
  [
    'endpoint_unreachable',
    'connect ECONNREFUSED',
    'plan: The connection to churn-v3 failed: check the endpoint URL, the network and the proxy (connect ECONNREFUSED).',
  ],
  [
    'tls_refused',
    'self-signed certificate',
    'plan: The TLS connection to churn-v3 was refused: check the endpoint URL, the proxy and NODE_EXTRA_CA_CERTS (self-signed certificate).',
  ],
  [
    'clock_skewed',
    '',
    "plan: AWS takes no request that is signed at another time than its own: set this machine's clock.",
  ],
] as const)('a retry that meets %s says what to look at', ([code, words, message]) => {
  const error = new InvocationError(code, 'churn-v3', 'detail', { words })
  expect(failureOf(error, 'eu-west-1')).toEqual({ code, message })
})

test('what may be about rows is told as it came', () => {
  const error = new InvocationError('rows_rejected', 'churn-v3', '400', { words: 'no number' })
  expect(failureOf(error, 'eu-west-1')).toEqual({
    code: 'rows_rejected',
    message: 'invoke churn-v3: rows_rejected (400: no number)',
  })
})

test('what may pass by itself is no failure of a job', () => {
  expect(failureOf(new Error('gone'), 'eu-west-1')).toBeUndefined()
})
