import { InvocationError, type InvocationErrorCode } from '@millrace/invocation'
import { limits, PlanError } from '@millrace/job'
import { LedgerError } from '@millrace/ledger'
import { QueueError } from '@millrace/queue'
import { StorageError } from '@millrace/storage'
import { expect, test } from 'vitest'
import { NoShareError } from './job/no-share-error.ts'
import type { Verdict } from './process-batch.ts'
import { openJobWith } from './test-data.fixture.ts'
import { reasonToGiveUp, verdictOf } from './verdict.ts'

const open = openJobWith()
const failed = (code: InvocationErrorCode) => new InvocationError(code, 'model', 'in a test')

test.for<[InvocationErrorCode, Verdict, boolean]>([
  ['endpoint_throttled', 'wait', false],
  ['endpoint_outage', 'wait', false],
  ['endpoint_unreachable', 'wait', false],
  ['endpoint_not_found', 'wait', false],
  ['access_denied', 'postpone', false],
  ['connection_failed', 'release', true],
  ['endpoint_unavailable', 'release', true],
  ['model_failed', 'release', true],
])('on %s, decides to %s; the last attempt fails the rows: %s', ([code, verdict, givesUp]) => {
  expect(verdictOf(failed(code), open, limits.attemptsMax)).toBe(verdict)
  expect(reasonToGiveUp(failed(code), limits.attemptsMax - 1)).toBeUndefined()
  expect(reasonToGiveUp(failed(code), limits.attemptsMax) !== undefined).toBe(givesUp)
})

test('when no attempt can succeed, the first gives the rows up', () => {
  expect(reasonToGiveUp(failed('batch_rejected'), 1)).toEqual({
    code: 'batch_rejected',
    message: 'in a test',
  })
})

test.for<[string, unknown, Verdict]>([
  ['a changed dataset', new StorageError('object_changed', 'read', 's3://b/k', ''), 'fail_job'],
  ['a missing dataset', new StorageError('object_missing', 'read', 's3://b/k', ''), 'fail_job'],
  ['a slow store', new StorageError('throttled', 'read', 's3://b/k', ''), 'postpone'],
  ['a key that is off', new StorageError('key_unusable', 'read', 's3://b/k', ''), 'postpone'],
  [
    'a store that is not ours',
    new StorageError('access_denied', 'read', 's3://b/k', ''),
    'release',
  ],
  ['a ledger without room', new LedgerError('throttled', 'PutItem'), 'postpone'],
  ['a role that is broken', new LedgerError('access_denied', 'PutItem'), 'postpone'],
  ['a part that is no item', new LedgerError('invalid_request', 'PutItem'), 'release'],
  ['a job that others have', new NoShareError(), 'wait'],
  ['a queue that does not answer', new QueueError('unreachable', 'publish'), 'postpone'],
  ['an unreadable plan', new PlanError('cut'), 'fail_job'],
  ['what nobody knows', new Error('?'), 'release'],
])('on %s, decides', ([, error, verdict]) => {
  expect(verdictOf(error, open, 1)).toBe(verdict)
})

test.for<[string, string, number, Verdict]>([
  ['a dataset', 's3://data/rows.csv', limits.attemptsMax - 1, 'release'],
  ['a dataset', 's3://data/rows.csv', limits.attemptsMax, 'fail_job'],
  ['a part', 's3://results/work/part', limits.attemptsMax, 'release'],
])('refused %s (%s) at attempt %i, decides to %s', ([, uri, attempt, verdict]) => {
  const denied = new StorageError('access_denied', 'read', uri, '403 AccessDenied')
  expect(verdictOf(denied, open, attempt)).toBe(verdict)
})
