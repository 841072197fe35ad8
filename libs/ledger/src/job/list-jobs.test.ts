import type { JobId } from '@millrace/job'
import { describe, expect, test } from 'vitest'
import {
  claimJob,
  confirmEvent,
  createJob,
  finishJob,
  type JobsWanted,
  listJobs,
  moveJob,
  type UnreadableJob,
} from '../index.ts'
import { localLedger } from '../local-ledger.fixture.ts'
import { newerJob, newJob, now } from './new-job.fixture.ts'

const ledger = await localLedger()
const signal = new AbortController().signal
const throwing = ({ error }: UnreadableJob): never => {
  throw error
}

describe('listJobs', () => {
  async function idsOf(wanted: JobsWanted): Promise<JobId[]> {
    const ids: JobId[] = []
    for await (const job of listJobs(ledger, wanted, throwing, signal)) ids.push(job.jobId)
    return ids
  }

  test('one that cannot be read is told of, and the others are listed', async () => {
    const day = Date.parse('2031-08-09T00:00:00Z') / 1_000
    const [older, newest] = [newJob({ createdAt: day }), newJob({ createdAt: day + 2 })] as const
    for (const job of [older, newest]) await createJob(ledger, job, signal)
    const { jobId } = await newerJob(ledger, { createdAt: day + 1 })

    const unreadable: UnreadableJob[] = []
    const onUnreadable = (job: UnreadableJob) => void unreadable.push(job)
    const listing = listJobs(ledger, { day: '2031-08-09' }, onUnreadable, signal)
    const listed = await Array.fromAsync(listing)
    expect(listed.map((job) => job.jobId)).toEqual([newest.jobId, older.jobId])
    const error: unknown = expect.objectContaining({ code: 'item_newer' })
    expect(unreadable).toEqual([{ jobId, createdAt: day + 1, error }])
  })

  test('by day, lists the newest first and no other day', async () => {
    const day = Date.parse('2031-05-06T00:00:00Z') / 1_000
    const [morning, evening, later] = [
      newJob({ createdAt: day }),
      newJob({ createdAt: day + 86_399, state: 'failed' }),
      newJob({ createdAt: day + 86_400 }),
    ] as const
    for (const job of [morning, evening, later]) await createJob(ledger, job, signal)

    expect(await idsOf({ day: '2031-05-06' })).toEqual([evening.jobId, morning.jobId])
  })

  test.for<'moved' | 'finished'>(['moved', 'finished'])(
    'active, leaves out a job that was %s to its end, which is untold until it is told',
    async (how) => {
      const job = newJob({ state: 'running' })
      const { jobId } = job
      await createJob(ledger, job, signal)
      expect(await idsOf({ active: true })).toContain(jobId)

      if (how === 'moved') {
        await moveJob(ledger, jobId, 'cancelled', { now }, signal)
      } else {
        const claimed = await claimJob(ledger, jobId, { owner: 'a', now }, signal)
        if (claimed.kind !== 'claimed') throw new Error(claimed.kind)
        await finishJob(ledger, claimed.lease, { state: 'succeeded', now }, signal)
      }
      expect(await idsOf({ active: true })).not.toContain(jobId)
      expect(await idsOf({ untold: true })).toContain(jobId)
      await confirmEvent(ledger, jobId, 'started', signal)
      expect(await idsOf({ untold: true })).toContain(jobId)
      await confirmEvent(ledger, jobId, 'ended', signal)
      expect(await idsOf({ untold: true })).not.toContain(jobId)
    },
  )
})
