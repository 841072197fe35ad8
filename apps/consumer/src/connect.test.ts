import { setImmediate as nextTurn } from 'node:timers/promises'
import { createJob, LedgerError, readJob } from '@millrace/ledger'
import type { Queue } from '@millrace/queue'
import { type Metrics, noTelemetry } from '@millrace/service'
import { createStorage, StorageError } from '@millrace/storage'
import { atOnce, createTableModel, tableClient } from '@millrace/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { configSchema } from './config.ts'
import { createDeps, type World } from './connect.ts'
import { batch, jobId, never, openJobWith } from './test-data.fixture.ts'

const open = openJobWith()

test('a job that fails for its dataset says what may be done about it', async () => {
  const client = tableClient(createTableModel({ nowMs: Date.now }), atOnce)
  const ledger = { client, tableName: 'ledger' }
  const completions = { client: { send: async () => ({}) }, url: 'completions' } as unknown as Queue
  const hint = 'allow s3:GetObject'
  const denied = new StorageError('access_denied', 'read', 's3://data/rows.csv', '403', { hint })
  await createJob(ledger, open.job, never)

  const deps = createDeps(config, { ...gone(() => {}), ledger, completions }, never)
  await deps.failJob(open.job, denied, never)
  expect((await readJob(ledger, jobId, never))?.failure).toEqual({
    code: 'access_denied',
    message: `${denied.message} — ${hint}`,
  })
})

test('aborted between two looks at a tolerance, leaves no rejection that nobody handles', async () => {
  const lifetime = new AbortController()
  const looked = Promise.withResolvers<unknown>()
  const unhandled: unknown[] = []
  const onUnhandled = (error: unknown) => void unhandled.push(error)
  process.on('unhandledRejection', onUnhandled)
  onTestFinished(() => void process.off('unhandledRejection', onUnhandled))
  const { job } = openJobWith({ tolerance: { failedRowsMax: 5 } })

  createDeps(config, gone(looked.resolve), lifetime.signal).watchTolerance(job, 1)
  await looked.promise
  await nextTurn()
  lifetime.abort(new Error('over'))
  await nextTurn()
  expect(unhandled).toEqual([])
})

test('what was answered is recorded once the ledger is back, and not answered again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const away = Object.assign(new Error('no table'), { name: 'ResourceNotFoundException' })
  const warned: unknown[] = []
  const asked = { puts: 0 }
  const send = async () => {
    asked.puts += 1
    if (asked.puts < 5) throw away
    return {}
  }
  const world = gone((facts) => warned.push(facts))
  const ledger = { client: { send }, tableName: 'ledger' } as unknown as World['ledger']
  const counted: string[] = []
  const count: Metrics['count'] = (...[name]) => void counted.push(name)
  const telemetry = { ...noTelemetry, metrics: { ...noTelemetry.metrics, count } }
  const deps = createDeps(config, { ...world, ledger, telemetry }, never)

  const recorded = deps.putPart(openJobWith().job, batch, 1, scored, never)
  while (asked.puts < 5) await vi.advanceTimersToNextTimerAsync()
  expect(await recorded).toEqual({ kind: 'recorded', failedRows: 0 })
  expect(warned).toEqual([expect.objectContaining({ batch: 2, error: expect.any(LedgerError) })])
  // Once, however long it waits.
  expect(counted).toEqual(['millrace.attempts.failed'])
})

const scored = {
  predictions: Buffer.from('0.1\n0.2\n0.3'),
  failures: [],
  inputHash: '',
  invocations: 1,
  throttles: 0,
  durationMs: 5,
}

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
