import { type Job, jobIdOf, jobSpecSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import {
  adjustJob,
  claimEvent,
  confirmEvent,
  createJob,
  type EventKind,
  moveJob,
  noteTakers,
} from '../index.ts'
import { localLedger } from '../local-ledger.fixture.ts'

const ledger = await localLedger()
const signal = new AbortController().signal

async function jobOf(clientToken: string, facts: Partial<Job>): Promise<Job['jobId']> {
  const spec = jobSpecSchema.parse({
    version: 1,
    dataset: { uri: 's3://data/rows.csv' },
    endpoint: { name: 'churn' },
    output: { uri: 's3://results/rows.csv' },
  })
  const jobId = jobIdOf(clientToken)
  const job: Job = {
    jobId,
    clientToken,
    spec,
    state: 'planning',
    partitions: 1,
    createdAt: 1,
    ...facts,
  }
  await createJob(ledger, job, signal)
  return jobId
}
const claim = (jobId: Job['jobId'], kind: EventKind, now = 1_000) =>
  claimEvent(ledger, jobId, { kind, now }, signal)

test.for([
  ['planning', {}, 'not_due', 'not_due'],
  ['running', { state: 'running', startedAt: 5 }, 'claimed', 'not_due'],
  ['failed before it started', { state: 'failed', endedAt: 6 }, 'not_due', 'claimed'],
  ['cancelled', { state: 'cancelled', startedAt: 5, endedAt: 6 }, 'claimed', 'claimed'],
] as const)(
  'of a job that is %s, what is due can be claimed',
  async ([name, facts, started, ended]) => {
    const jobId = await jobOf(`due ${name}`, facts)
    expect(await claim(jobId, 'started')).toMatchObject({ kind: started })
    expect(await claim(jobId, 'ended')).toMatchObject({ kind: ended })
  },
)

test('of a job with a deadline that has not ended, it can be told that it is at risk, once', async () => {
  const adjusted = { deadline: 5_000 }
  const jobId = await jobOf('at risk', { state: 'planning', adjusted })
  expect(await claim(jobId, 'at_risk')).toMatchObject({ kind: 'claimed', job: { adjusted } })
  expect(await claim(jobId, 'at_risk')).toMatchObject({ kind: 'held' })
  await confirmEvent(ledger, jobId, 'at_risk', signal)
  expect(await claim(jobId, 'at_risk', 9_000)).toEqual({ kind: 'told' })
  // Of another deadline it has not been told.
  await adjustJob(ledger, jobId, { concurrencyMax: 2 }, signal)
  expect(await claim(jobId, 'at_risk', 9_000)).toEqual({ kind: 'told' })
  await adjustJob(ledger, jobId, { deadline: 6_000 }, signal)
  expect(await claim(jobId, 'at_risk', 9_000)).toMatchObject({ kind: 'claimed' })
  // The end is told apart from it.
  expect(await claim(jobId, 'started')).toEqual({ kind: 'not_due' })
  const without = await jobOf('no deadline', { state: 'running' })
  expect(await claim(without, 'at_risk')).toEqual({ kind: 'not_due' })
  const ended = await jobOf('ended in time', { state: 'succeeded', adjusted })
  expect(await claim(ended, 'at_risk')).toEqual({ kind: 'not_due' })
})

test.for([
  ['with a deadline', {}, 'claimed'],
  ['without one', { adjusted: {} }, 'not_due'],
  ['not yet', { state: 'running' }, 'not_due'],
] as const)(
  'of a job that has ended %s, it may be told that it was late',
  async ([name, facts, kind]) => {
    const late = { state: 'succeeded', adjusted: { deadline: 5_000 }, ...facts } as const
    const jobId = await jobOf(`late ${name}`, late)
    expect(await claim(jobId, 'late', 6_000)).toMatchObject({ kind })
  },
)

test('that a job was late is not told once it was told to be at risk', async () => {
  const jobId = await jobOf('told in time', { state: 'running', adjusted: { deadline: 5_000 } })
  await claim(jobId, 'at_risk')
  await moveJob(ledger, jobId, 'cancelled', { now: 5_001 }, signal)
  expect(await claim(jobId, 'late', 1_059)).toEqual({ kind: 'held' })
  await confirmEvent(ledger, jobId, 'at_risk', signal)
  expect(await claim(jobId, 'late', 9_000)).toEqual({ kind: 'told' })
})

test('of many that claim at once, one is to tell', async () => {
  const jobId = await jobOf('race', { state: 'running', startedAt: 5 })
  const claims = await Promise.all(Array.from({ length: 12 }, () => claim(jobId, 'started')))
  expect(claims.filter(({ kind }) => kind === 'claimed')).toHaveLength(1)
  expect(claims.filter(({ kind }) => kind === 'held')).toHaveLength(11)
})

test('when its teller dies, an event is claimed again after a minute', async () => {
  const jobId = await jobOf('dies', { state: 'running', startedAt: 5 })
  await claim(jobId, 'started', 1_000)
  expect(await claim(jobId, 'started', 1_059)).toMatchObject({ kind: 'held' })
  expect(await claim(jobId, 'started', 1_060)).toMatchObject({ kind: 'claimed' })
})

test('once confirmed, an event is told for ever', async () => {
  const jobId = await jobOf('confirmed', { state: 'running', startedAt: 5 })
  await claim(jobId, 'started')
  await confirmEvent(ledger, jobId, 'started', signal)
  expect(await claim(jobId, 'started', 99_999_999)).toEqual({ kind: 'told' })
})

test('who has taken an event is in its next claim, until it is confirmed', async () => {
  const jobId = await jobOf('takers', { state: 'cancelled', startedAt: 5, endedAt: 6 })
  expect(await claim(jobId, 'started')).toMatchObject({ kind: 'claimed', takenBy: [] })
  const note = { kind: 'started', takers: ['topic'] } as const
  await noteTakers(ledger, jobId, note, signal)
  await noteTakers(ledger, jobId, note, signal)
  expect(await claim(jobId, 'ended')).toMatchObject({ kind: 'claimed', takenBy: [] })
  expect(await claim(jobId, 'started', 1_060)).toMatchObject({
    kind: 'claimed',
    takenBy: ['topic'],
  })
  await confirmEvent(ledger, jobId, 'started', signal)
  expect(await claim(jobId, 'started', 99_999_999)).toEqual({ kind: 'told' })
})

test('of a job that is gone, takers are noted nowhere', async () => {
  const jobId = jobIdOf('gone')
  await noteTakers(ledger, jobId, { kind: 'ended', takers: ['bus'] }, signal)
  expect(await claim(jobId, 'ended')).toEqual({ kind: 'not_due' })
})
