import { setImmediate as nextTurn } from 'node:timers/promises'
import { InvocationError, type InvocationErrorCode } from '@millrace/invocation'
import { limits, PlanError } from '@millrace/job'
import { LedgerError } from '@millrace/ledger'
import { QueueError } from '@millrace/queue'
import { noTelemetry } from '@millrace/service'
import { createStorage, StorageError } from '@millrace/storage'
import { expect, onTestFinished, test } from 'vitest'
import { configSchema } from './config.ts'
import { createDeps, reasonToGiveUp, verdictOf, type World } from './connect.ts'
import { NoShareError } from './no-share-error.ts'
import type { Verdict } from './process-batch.ts'
import { openJobWith } from './test-data.fixture.ts'

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
  ['a slow store', new StorageError('throttled', 'read', 's3://b/k', ''), 'postpone'],
  [
    'a store that is not ours',
    new StorageError('access_denied', 'read', 's3://b/k', ''),
    'release',
  ],
  ['a ledger without room', new LedgerError('throttled', 'PutItem'), 'postpone'],
  ['a role that is broken', new LedgerError('access_denied', 'PutItem'), 'postpone'],
  ['a part that is no item', new LedgerError('invalid_request', 'PutItem'), 'release'],
  ['a job that others have', new NoShareError(), 'postpone'],
  ['a queue that does not answer', new QueueError('unreachable', 'publish'), 'postpone'],
  ['an unreadable plan', new PlanError('cut'), 'fail_job'],
  ['what nobody knows', new Error('?'), 'release'],
])('on %s, decides', ([, error, verdict]) => {
  expect(verdictOf(error)).toBe(verdict)
})

test('aborted between two looks at a tolerance, leaves no rejection that nobody handles', async () => {
  const lifetime = new AbortController()
  const looked = Promise.withResolvers<unknown>()
  const unhandled: unknown[] = []
  const onUnhandled = (error: unknown) => void unhandled.push(error)
  process.on('unhandledRejection', onUnhandled)
  onTestFinished(() => void process.off('unhandledRejection', onUnhandled))
  const { job } = openJobWith({ tolerance: { failedRowsMax: 5 } })

  createDeps(config, gone(looked.resolve), lifetime.signal).watchTolerance(job)
  await looked.promise
  await nextTurn()
  lifetime.abort(new Error('over'))
  await nextTurn()
  expect(unhandled).toEqual([])
})

const config = configSchema.parse({
  AWS_REGION: 'us-east-1',
  MILLRACE_LEDGER_TABLE: 'ledger',
  MILLRACE_WORK_URI: 's3://bucket/work/',
  MILLRACE_BATCHES_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/0/batches',
  MILLRACE_COMPLETIONS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/0/completions',
})

/** A world whose ledger does not answer. */
function gone(onWarning: (facts: unknown) => void): World {
  const send = () => Promise.reject(new Error('nobody there'))
  const world: Partial<World> = {
    ledger: { client: { send }, tableName: 'ledger' },
    storage: createStorage({}),
    logger: { warn: onWarning },
    telemetry: noTelemetry,
  }
  return world as World
}
