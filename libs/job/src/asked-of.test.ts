import { expect, test } from 'vitest'
import { askedOf } from './asked-of.ts'

const spec = { version: 1, dataset: { uri: 's3://data/rows.csv' }, endpoint: { name: 'churn' } }
const asked = askedOf({ version: 1, clientToken: 'token', spec })

test.for([
  [
    'its keys in another order',
    { endpoint: spec.endpoint, dataset: spec.dataset, version: 1 },
    true,
  ],
  ['a deadline', { ...spec, deadline: '4h' }, true],
  ['a default that is written out', { ...spec, batching: { rows: 1_000 } }, false],
  ['another endpoint', { ...spec, endpoint: { name: 'other' } }, false],
  ['a list', { ...spec, output: { join: ['a', 'b'] } }, false],
] as const)('with %s a request asks for the same: %o', ([, other, isSame]) => {
  expect(askedOf({ version: 1, clientToken: 'token', spec: other }) === asked).toBe(isSame)
})

test('the order of a list is what is asked for', () => {
  const joining = (...join: string[]) => askedOf({ spec: { ...spec, output: { join } } })
  expect(joining('a', 'b')).not.toBe(joining('b', 'a'))
})

test('a retry asks for something else', () => {
  expect(askedOf({ spec, retryOf: { jobId: 'j-4f2a91c07de85b3610aa' } })).not.toBe(asked)
})
