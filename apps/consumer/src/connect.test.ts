import { InvocationError, type InvocationErrorCode } from '@millrace/invocation'
import { limits, PlanError } from '@millrace/job'
import { StorageError } from '@millrace/storage'
import { expect, test } from 'vitest'
import { reasonToGiveUp, verdictOf } from './connect.ts'
import type { Verdict } from './process-batch.ts'

const failed = (code: InvocationErrorCode) => new InvocationError(code, 'model', 'in a test')

test.for<[InvocationErrorCode, Verdict, boolean]>([
  ['endpoint_throttled', 'postpone', false],
  ['endpoint_outage', 'postpone', false],
  ['endpoint_unreachable', 'postpone', false],
  ['access_denied', 'postpone', false],
  ['connection_failed', 'release', true],
  ['endpoint_unavailable', 'release', true],
  ['model_failed', 'release', true],
])('on %s, decides to %s; the last attempt fails the rows: %s', ([code, verdict, givesUp]) => {
  expect(verdictOf(failed(code))).toBe(verdict)
  expect(reasonToGiveUp(failed(code), limits.attemptsMax - 1)).toBeUndefined()
  expect(reasonToGiveUp(failed(code), limits.attemptsMax) !== undefined).toBe(givesUp)
})

test('when no attempt can succeed, the first gives the rows up', () => {
  expect(reasonToGiveUp(failed('batch_rejected'), 1)).toMatchObject({ code: 'batch_rejected' })
})

test.for<[string, unknown, Verdict]>([
  ['a changed dataset', new StorageError('object_changed', 'read', 's3://b/k', ''), 'fail_job'],
  ['a missing dataset', new StorageError('object_missing', 'read', 's3://b/k', ''), 'fail_job'],
  ['a slow store', new StorageError('throttled', 'read', 's3://b/k', ''), 'release'],
  ['an unreadable plan', new PlanError('cut'), 'fail_job'],
  ['what nobody knows', new Error('?'), 'release'],
])('on %s, decides', ([, error, verdict]) => {
  expect(verdictOf(error)).toBe(verdict)
})
