import { InvocationError } from '@millrace/invocation'
import { jobIdOf } from '@millrace/job'
import { LedgerError } from '@millrace/ledger'
import { expect, test } from 'vitest'
import { NoShareError } from './no-share-error.ts'
import { createWaitNotes } from './wait-notes.ts'
import { openJobWith } from '../test-data.fixture.ts'

const gone = new InvocationError('endpoint_not_found', 'churn-v3', 'no such endpoint')
/** With what can be done about it. */
const said = `${gone.message}; ${gone.hint}`
const { job } = openJobWith()
const other = openJobWith({}, { jobId: jobIdOf('other') }).job

function createWorld(error?: Error, fault?: InvocationError) {
  const noted: string[] = []
  const failed: unknown[] = []
  const clock = { ms: 0 }
  const wait = createWaitNotes({
    faultOf: () => fault,
    note: async (jobId, reason) => {
      noted.push(`${jobId === job.jobId ? 'job' : 'other'}: ${reason}`)
      if (error !== undefined) throw error
    },
    onError: (thrown) => failed.push(thrown),
    now: () => clock.ms,
    epochSeconds: () => 1_780_000_000,
  })
  return { wait, noted, failed, clock }
}

test('why a job waits is noted once a minute', () => {
  const { wait, noted, clock } = createWorld()
  wait(job, gone)
  clock.ms = 59_000
  wait(job, gone)
  wait(other, gone)
  expect(noted).toEqual([`job: ${said}`, `other: ${said}`])
  clock.ms = 60_000
  wait(job, gone)
  wait(other, gone)
  expect(noted).toHaveLength(3)
})

test('what another consumer has noted within the minute is not noted again', () => {
  const { wait, noted } = createWorld()
  wait({ ...job, waits: { at: 1_780_000_000 - 59, reason: 'gone' } }, gone)
  expect(noted).toEqual([])
  wait({ ...job, waits: { at: 1_780_000_000 - 60, reason: 'gone' } }, gone)
  expect(noted).toHaveLength(1)
})

test.for<[string, Error]>([
  ['other consumers have all of its share', new NoShareError()],
  ['the ledger is away', new LedgerError('unavailable', 'put part')],
])('it is not noted that %s', ([, error]) => {
  const { wait, noted } = createWorld()
  wait(job, error)
  expect(noted).toEqual([])
})

test('a note that cannot be made harms nothing', async () => {
  const error = new Error('no')
  const { wait, failed } = createWorld(error)
  wait(job, gone)
  await expect.poll(() => failed).toEqual([error])
})

test('of an endpoint that is gone it is noted how it has failed', () => {
  const outage = new InvocationError('endpoint_outage', 'churn-v3', 'circuit open, limit 1')
  const { wait, noted } = createWorld(undefined, gone)
  wait(job, outage)
  expect(noted).toEqual([`job: ${said}`])
  const unseen = createWorld()
  unseen.wait(job, outage)
  expect(unseen.noted).toEqual([expect.stringContaining('circuit open')])
})
