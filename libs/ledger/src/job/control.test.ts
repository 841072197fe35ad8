import { type Job, type JobId, type JobState, jobIdOf } from '@millrace/job'
import { describe, expect, test } from 'vitest'
import {
  adjustJob,
  cancelJob,
  claimJob,
  createJob,
  finishJob,
  listJobs,
  listRejections,
  pauseJob,
  postponeJob,
  putRejection,
  readJob,
  resumeJob,
  sealPlan,
  type UnreadableJob,
} from '../index.ts'
import { localLedger } from '../local-ledger.fixture.ts'
import { newJob, now } from './new-job.fixture.ts'

/* What a person may do to a job that is under way. */

const ledger = await localLedger()
const signal = new AbortController().signal
const throwing = ({ error }: UnreadableJob): never => {
  throw error
}

async function jobIn(state: JobState, facts: Partial<Job> = {}): Promise<JobId> {
  const fresh = newJob({ state, ...facts })
  const job = { ...fresh, spec: { ...fresh.spec, tolerance: { failedRowsMax: 5 } } }
  await createJob(ledger, job, signal)
  return job.jobId
}

const stateOf = async (jobId: JobId): Promise<JobState | undefined> =>
  (await readJob(ledger, jobId, signal))?.state

const ENDED = ['succeeded', 'succeeded_with_failures', 'failed', 'cancelled'] as const

describe('pauseJob', () => {
  test.for(['planning', 'running'] as const)('of a %s job, pauses it', async (state) => {
    const jobId = await jobIn(state)
    expect(await pauseJob(ledger, jobId, signal)).toEqual({ kind: 'moved' })
    expect(await stateOf(jobId)).toBe('paused')
  })

  test.for(['paused', 'aggregating', ...ENDED] as const)(
    'of a %s job, is refused',
    async (state) => {
      const jobId = await jobIn(state)
      expect(await pauseJob(ledger, jobId, signal)).toEqual({ kind: 'refused', state })
      expect(await stateOf(jobId)).toBe(state)
    },
  )

  test('keeps the producer from setting the job running', async () => {
    const jobId = await jobIn('planning')
    await pauseJob(ledger, jobId, signal)
    const sealed = await sealPlan(ledger, jobId, { batches: 1, rows: 10 }, { now }, signal)
    expect(sealed).toEqual({ kind: 'refused', state: 'paused' })
  })
})

describe('resumeJob', () => {
  test('of a job whose plan is sealed, sets it running', async () => {
    const jobId = await jobIn('paused', { plan: { batches: 1, rows: 10 } })
    expect(await resumeJob(ledger, jobId, signal)).toEqual({ kind: 'resumed', state: 'running' })
    expect(await stateOf(jobId)).toBe('running')
  })

  test('of a job whose plan is open, sets it planning', async () => {
    const jobId = await jobIn('paused')
    expect(await resumeJob(ledger, jobId, signal)).toEqual({ kind: 'resumed', state: 'planning' })
    expect(await sealPlan(ledger, jobId, { batches: 1, rows: 10 }, { now }, signal)).toEqual({
      kind: 'sealed',
    })
    expect(await stateOf(jobId)).toBe('running')
  })

  test.for(['planning', 'running', 'aggregating', ...ENDED] as const)(
    'of a %s job, changes nothing and says so',
    async (state) => {
      const jobId = await jobIn(state)
      expect(await resumeJob(ledger, jobId, signal)).toEqual({ kind: 'not_paused', state })
      expect(await stateOf(jobId)).toBe(state)
    },
  )
})

describe('cancelJob', () => {
  test.for(['planning', 'running', 'paused', 'aggregating'] as const)(
    'of a %s job, ends it',
    async (state) => {
      const jobId = await jobIn(state)
      expect(await cancelJob(ledger, jobId, { now: now + 7 }, signal)).toEqual({ kind: 'moved' })
      expect(await readJob(ledger, jobId, signal)).toMatchObject({
        state: 'cancelled',
        endedAt: now + 7,
      })
      const active = await Array.fromAsync(listJobs(ledger, { active: true }, throwing, signal))
      expect(active.map((job) => job.jobId)).not.toContain(jobId)
    },
  )

  test.for(ENDED)('of a %s job, is refused', async (state) => {
    const jobId = await jobIn(state)
    expect(await cancelJob(ledger, jobId, { now }, signal)).toEqual({ kind: 'refused', state })
  })

  test('while the result is written, keeps the aggregator from ending the job', async () => {
    const jobId = await jobIn('running')
    const claim = await claimJob(ledger, jobId, { owner: 'a', now }, signal)
    if (claim.kind !== 'claimed') throw new Error(claim.kind)
    await cancelJob(ledger, jobId, { now }, signal)
    expect(await finishJob(ledger, claim.lease, { state: 'succeeded', now }, signal)).toEqual({
      kind: 'lost',
    })
    expect(await stateOf(jobId)).toBe('cancelled')
  })
})

describe('postponeJob', () => {
  test('notes the last look at a job that is being planned', async () => {
    const jobId = await jobIn('planning')
    const before = await readJob(ledger, jobId, signal)
    for (const at of [100, 125]) await postponeJob(ledger, jobId, { at, reason: 'no room' }, signal)
    const postponed = { at: 125, reason: 'no room' }
    expect(await readJob(ledger, jobId, signal)).toEqual({ ...before, postponed })
  })

  test.for(['running', 'paused', 'failed'] as const)('leaves one that is %s', async (state) => {
    const jobId = await jobIn(state)
    const before = await readJob(ledger, jobId, signal)
    await postponeJob(ledger, jobId, { at: 100, reason: 'no room' }, signal)
    expect(await readJob(ledger, jobId, signal)).toEqual(before)
  })
})

describe('adjustJob', () => {
  test('changes what is named and leaves the rest, spec included', async () => {
    const jobId = await jobIn('running')
    const before = await readJob(ledger, jobId, signal)
    await adjustJob(ledger, jobId, { concurrencyMax: 4 }, signal)
    await adjustJob(ledger, jobId, { tolerance: { failedRowsPercentMax: 2.5 } }, signal)
    expect(await adjustJob(ledger, jobId, { concurrencyMax: 6 }, signal)).toEqual({
      kind: 'adjusted',
    })
    await adjustJob(ledger, jobId, { deadline: 1_796_104_800 }, signal)
    const adjusted = {
      concurrencyMax: 6,
      tolerance: { failedRowsPercentMax: 2.5 },
      deadline: 1_796_104_800,
    }
    expect(await readJob(ledger, jobId, signal)).toEqual({ ...before, adjusted })
  })

  test('to an empty tolerance takes every limit off', async () => {
    const jobId = await jobIn('paused')
    await adjustJob(ledger, jobId, { tolerance: {} }, signal)
    expect((await readJob(ledger, jobId, signal))?.adjusted).toEqual({ tolerance: {} })
  })

  test.for(ENDED)('of a %s job, is refused', async (state) => {
    const jobId = await jobIn(state)
    expect(await adjustJob(ledger, jobId, { concurrencyMax: 4 }, signal)).toEqual({
      kind: 'refused',
      state,
    })
    expect((await readJob(ledger, jobId, signal))?.adjusted).toBeUndefined()
  })

  test('of nothing is a mistake of the caller', async () => {
    const jobId = await jobIn('running')
    await expect(adjustJob(ledger, jobId, {}, signal)).rejects.toThrow('wanted a concurrency')
  })
})

describe('a rejection', () => {
  const rejection = {
    batch: 3,
    code: 'batch_not_planned',
    message: 'the plan has rows 300-400',
    attempts: 1,
    evidence: '{"version":1}',
    rejectedAt: now,
  }

  test('is listed by its batch, and only with its job', async () => {
    const jobId = await jobIn('running')
    await putRejection(ledger, { jobId }, { ...rejection, batch: 11 }, signal)
    await putRejection(ledger, { jobId }, rejection, signal)
    const listed = await Array.fromAsync(listRejections(ledger, jobId, signal))
    expect(listed).toEqual([rejection, { ...rejection, batch: 11 }])
    const other = await jobIn('running')
    expect(await Array.fromAsync(listRejections(ledger, other, signal))).toEqual([])
  })

  test('of a batch that has one changes nothing', async () => {
    const jobId = await jobIn('running')
    await putRejection(ledger, { jobId }, rejection, signal)
    await putRejection(ledger, { jobId }, { ...rejection, message: 'again' }, signal)
    expect(await Array.fromAsync(listRejections(ledger, jobId, signal))).toEqual([rejection])
  })
})

test.for<[string, (jobId: JobId) => Promise<unknown>]>([
  ['pause', (jobId) => pauseJob(ledger, jobId, signal)],
  ['resume', (jobId) => resumeJob(ledger, jobId, signal)],
  ['cancel', (jobId) => cancelJob(ledger, jobId, { now }, signal)],
  ['adjust', (jobId) => adjustJob(ledger, jobId, { concurrencyMax: 4 }, signal)],
])('%s of a job that is not there says so', async ([, verb]) => {
  await expect(verb(jobIdOf('nobody'))).rejects.toMatchObject({ code: 'job_missing' })
})
