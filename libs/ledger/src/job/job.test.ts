import { type Job, type JobId, type JobState, limits } from '@millrace/job'
import { describe, expect, test } from 'vitest'
import {
  fixClasses,
  noteWait,
  claimJob,
  createJob,
  finishJob,
  holdsLease,
  isHeld,
  moveJob,
  pinDataset,
  postponeJob,
  readJob,
  renewLease,
  sealPlan,
} from '../index.ts'
import { localLedger } from '../local-ledger.fixture.ts'
import { newerJob, newJob, now } from './new-job.fixture.ts'

const ledger = await localLedger()
const signal = new AbortController().signal

async function jobIn(state: JobState): Promise<JobId> {
  const job = newJob({ state })
  await createJob(ledger, job, signal)
  return job.jobId
}

describe('createJob', () => {
  test('reads back as it was written, with every optional fact', async () => {
    const job = newJob({
      state: 'failed',
      asked: 'c'.repeat(64),
      dataset: { digest: 'ab', objects: 2, bytes: 10_000_000_000 },
      plan: { batches: 7, rows: 700 },
      failure: { code: 'dataset_changed', message: 'changed – “later”' },
      startedAt: now + 1,
      endedAt: now + 2,
    })

    expect(await createJob(ledger, job, signal)).toEqual({ kind: 'created' })
    expect(await readJob(ledger, job.jobId, signal)).toEqual(job)
  })

  test('readers of one spec share it, and cannot change it', async () => {
    const job = newJob()
    const other = newJob({ spec: { ...job.spec, batching: { ...job.spec.batching, rows: 7 } } })
    for (const each of [job, other]) await createJob(ledger, each, signal)
    const read = async ({ jobId }: Job) => (await readJob(ledger, jobId, signal))?.spec

    const [spec, again, otherSpec] = [await read(job), await read(job), await read(other)]
    expect(again).toBe(spec)
    expect(otherSpec).toEqual(other.spec)
    expect(() => Object.assign(spec?.batching ?? {}, { rows: 1 })).toThrow(TypeError)
  })

  test('what a door took once, and takes no longer, reads back as it was', async () => {
    const { spec } = newJob()
    const endpoint = { ...spec.endpoint, variant: 'my_variant', response: 'column 3' }
    const job = newJob({
      spec: { ...spec, endpoint },
      adjusted: { tolerance: { failedRowsPercentMax: 200 } },
    })
    await createJob(ledger, job, signal)

    expect(await readJob(ledger, job.jobId, signal)).toEqual(job)
  })

  test("what a newer version has written is not read, and is nobody's fault", async () => {
    const { jobId } = await newerJob(ledger)

    await expect(readJob(ledger, jobId, signal)).rejects.toMatchObject({
      code: 'item_newer',
      isOutage: true,
      message: expect.stringContaining('endpoint: has no key "region"'),
      hint: expect.stringContaining('newer version'),
    })
  })

  test('a second job of the same id meets the first, unchanged', async () => {
    const job = newJob()
    await createJob(ledger, job, signal)
    const second = { ...job, partitions: 9 }

    expect(await createJob(ledger, second, signal)).toEqual({ kind: 'exists', job })
  })

  test('among racers, one creates and all meet the same job', async () => {
    const job = newJob()
    const racers = Array.from({ length: 8 }, (_, partitions) => ({ ...job, partitions }))
    const outcomes = await Promise.all(racers.map((racer) => createJob(ledger, racer, signal)))

    expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(1)
  })
})

test('a job that is not there reads as nothing', async () => {
  expect(await readJob(ledger, 'missing' as JobId, signal)).toBeUndefined()
})

describe('pinDataset', () => {
  test('the first pin wins and is returned to the second', async () => {
    const jobId = await jobIn('planning')
    const first = { digest: 'first', objects: 1, bytes: 1 }
    const second = { digest: 'second', objects: 2, bytes: 2 }

    expect(await pinDataset(ledger, jobId, first, signal)).toEqual(first)
    expect(await pinDataset(ledger, jobId, second, signal)).toEqual(first)
    expect((await readJob(ledger, jobId, signal))?.dataset).toEqual(first)
  })

  test('what was noted before is over with it', async () => {
    const jobId = await jobIn('planning')
    await postponeJob(ledger, jobId, { at: now, reason: 'decompressing' }, signal)
    await pinDataset(ledger, jobId, { digest: 'first', objects: 1, bytes: 1 }, signal)

    expect(await readJob(ledger, jobId, signal)).not.toHaveProperty('postponed')
  })

  test('without a job, says so', async () => {
    const pin = { digest: 'x', objects: 1, bytes: 1 }

    await expect(pinDataset(ledger, 'missing' as JobId, pin, signal)).rejects.toMatchObject({
      code: 'job_missing',
    })
  })
})

test('why a job waits is noted while it runs', async () => {
  const wait = { at: now, reason: 'invoke churn: endpoint_not_found' }
  const running = await jobIn('running')
  await noteWait(ledger, running, wait, signal)
  expect(await readJob(ledger, running, signal)).toMatchObject({ state: 'running', waits: wait })
  const ended = await jobIn('cancelled')
  await noteWait(ledger, ended, wait, signal)
  expect(await readJob(ledger, ended, signal)).not.toHaveProperty('waits')
})

test('the first number of classes is the one that holds', async () => {
  const jobId = await jobIn('planning')
  await fixClasses(ledger, jobId, 3, signal)
  await fixClasses(ledger, jobId, 4, signal)
  expect(await readJob(ledger, jobId, signal)).toMatchObject({ classes: 3 })
})

describe('sealPlan', () => {
  const totals = { batches: 3, rows: 300 }

  test('sets totals and running; repeated, changes nothing', async () => {
    const jobId = await jobIn('planning')
    const preflight = { rows: 20, latencyMs: 48.5, bytesSent: 456, bytesAnswered: 380 }

    const facts = { now, preflight }
    expect(await sealPlan(ledger, jobId, totals, facts, signal)).toEqual({ kind: 'sealed' })
    expect(await sealPlan(ledger, jobId, totals, { now: now + 9 }, signal)).toEqual({
      kind: 'sealed',
    })
    expect(await readJob(ledger, jobId, signal)).toMatchObject({
      state: 'running',
      plan: totals,
      preflight,
      startedAt: now,
    })
  })

  test('a paused job stays paused when its plan is sealed again', async () => {
    const jobId = await jobIn('planning')
    await sealPlan(ledger, jobId, totals, { now }, signal)
    await moveJob(ledger, jobId, 'paused', { now }, signal)
    await sealPlan(ledger, jobId, totals, { now }, signal)

    expect((await readJob(ledger, jobId, signal))?.state).toBe('paused')
  })

  test('other totals are a mismatch and name both', async () => {
    const jobId = await jobIn('planning')
    await sealPlan(ledger, jobId, totals, { now }, signal)

    await expect(
      sealPlan(ledger, jobId, { batches: 4, rows: 301 }, { now }, signal),
    ).rejects.toMatchObject({
      code: 'plan_mismatch',
      message: expect.stringContaining('4 batches, 301 rows; sealed with 3, 300'),
    })
  })

  test('of a job cancelled meanwhile, is refused', async () => {
    const jobId = await jobIn('planning')
    await moveJob(ledger, jobId, 'cancelled', { now }, signal)

    expect(await sealPlan(ledger, jobId, totals, { now }, signal)).toEqual({
      kind: 'refused',
      state: 'cancelled',
    })
  })
})

describe('moveJob', () => {
  test.for<{ from: JobState; to: JobState }>([
    { from: 'running', to: 'paused' },
    { from: 'paused', to: 'running' },
    { from: 'planning', to: 'failed' },
    { from: 'aggregating', to: 'cancelled' },
  ])('from $from to $to, moves', async ({ from, to }) => {
    const jobId = await jobIn(from)

    expect(await moveJob(ledger, jobId, to, { now }, signal)).toEqual({ kind: 'moved' })
    expect((await readJob(ledger, jobId, signal))?.state).toBe(to)
  })

  test.for<{ from: JobState; to: JobState }>([
    { from: 'cancelled', to: 'running' },
    { from: 'planning', to: 'aggregating' },
    // Only the seal of its plan, or a job would run without totals for ever.
    { from: 'planning', to: 'running' },
    { from: 'succeeded', to: 'failed' },
    { from: 'paused', to: 'aggregating' },
  ])('from $from to $to, is refused', async ({ from, to }) => {
    const jobId = await jobIn(from)

    expect(await moveJob(ledger, jobId, to, { now }, signal)).toEqual({
      kind: 'refused',
      state: from,
    })
    expect((await readJob(ledger, jobId, signal))?.state).toBe(from)
  })

  test('to failed, keeps the reason and the end', async () => {
    const jobId = await jobIn('running')
    const failure = { code: 'dataset_changed', message: 'the ETag differs' }
    await moveJob(ledger, jobId, 'failed', { failure, now: now + 5 }, signal)

    expect(await readJob(ledger, jobId, signal)).toMatchObject({ failure, endedAt: now + 5 })
  })

  test('to failed for a reason longer than an item, keeps its beginning', async () => {
    const jobId = await jobIn('planning')
    const message = `no column "${'x'.repeat(500_000)}"`
    await moveJob(ledger, jobId, 'failed', { failure: { code: 'no_column', message }, now }, signal)

    const kept = (await readJob(ledger, jobId, signal))?.failure?.message
    expect(kept).toHaveLength(limits.jobFailureCharsMax)
    expect(kept?.startsWith('no column "xxx')).toBe(true)
    expect(kept?.endsWith('x…')).toBe(true)
  })

  test('while it is unplanned, moves no job whose plan is sealed', async () => {
    const jobId = await jobIn('planning')
    await sealPlan(ledger, jobId, { batches: 1, rows: 2 }, { now }, signal)

    const facts = { now, unplanned: true }
    const refused = { kind: 'refused', state: 'running' }
    expect(await moveJob(ledger, jobId, 'failed', facts, signal)).toEqual(refused)
  })
})

describe('lease', () => {
  const claim = (jobId: JobId, owner: string, at: number) =>
    claimJob(ledger, jobId, { owner, now: at }, signal)

  async function leaseOn(jobId: JobId, owner: string, at: number) {
    const outcome = await claim(jobId, owner, at)
    if (outcome.kind !== 'claimed') throw new Error(`not claimed: ${outcome.kind}`)
    return outcome.lease
  }

  test.for<{ state: JobState; kind: string }>([
    { state: 'planning', kind: 'not_ready' },
    { state: 'paused', kind: 'not_ready' },
    { state: 'succeeded', kind: 'ended' },
    { state: 'failed', kind: 'ended' },
    { state: 'running', kind: 'claimed' },
  ])('a $state job is $kind', async ({ state, kind }) => {
    expect((await claim(await jobIn(state), 'a', now)).kind).toBe(kind)
  })

  test('a job that is not there is unknown', async () => {
    expect(await claim('missing' as JobId, 'a', now)).toEqual({ kind: 'unknown' })
  })

  test('while a lease holds, nobody else claims; after it, anybody', async () => {
    const jobId = await jobIn('running')
    const first = await leaseOn(jobId, 'a', now)

    expect(first.generation).toBe(1)
    expect(await claim(jobId, 'b', now + limits.leaseSeconds - 1)).toEqual({ kind: 'held' })
    expect(await leaseOn(jobId, 'b', now + limits.leaseSeconds)).toMatchObject({
      owner: 'b',
      generation: 2,
    })
  })

  test('a job is held from its claim until the lease expires, or the job ends', async () => {
    const jobId = await jobIn('running')
    const held = (at: number) => isHeld(ledger, jobId, { now: at }, signal)
    expect(await held(now)).toBe(false)
    const lease = await leaseOn(jobId, 'a', now)

    expect(await held(now + limits.leaseSeconds - 1)).toBe(true)
    expect(await held(now + limits.leaseSeconds)).toBe(false)
    await renewLease(ledger, lease, { now: now + 40 }, signal)
    expect(await held(now + limits.leaseSeconds)).toBe(true)
    await finishJob(ledger, lease, { state: 'succeeded', now }, signal)
    expect(await held(now)).toBe(false)
  })

  test('renewed, a lease holds longer', async () => {
    const jobId = await jobIn('running')
    const lease = await leaseOn(jobId, 'a', now)

    expect(await renewLease(ledger, lease, { now: now + 40 }, signal)).toBe(true)
    expect(await holdsLease(ledger, lease, signal)).toBe(true)
    expect(await claim(jobId, 'b', now + limits.leaseSeconds)).toEqual({ kind: 'held' })
  })

  test('taken over, neither renews nor finishes', async () => {
    const jobId = await jobIn('running')
    const old = await leaseOn(jobId, 'a', now)
    const taken = await leaseOn(jobId, 'b', now + limits.leaseSeconds)
    const end = { state: 'succeeded', now } as const

    expect(await holdsLease(ledger, old, signal)).toBe(false)
    expect(await holdsLease(ledger, taken, signal)).toBe(true)
    expect(await renewLease(ledger, old, { now }, signal)).toBe(false)
    expect(await finishJob(ledger, old, end, signal)).toEqual({ kind: 'lost' })
    expect((await readJob(ledger, jobId, signal))?.state).toBe('aggregating')
  })

  test('held, finishes once; repeated, is finished still', async () => {
    const jobId = await jobIn('running')
    const lease = await leaseOn(jobId, 'a', now)
    const end = { state: 'succeeded', now: now + 3, summary: { rows: 3 } } as const

    expect(await finishJob(ledger, lease, end, signal)).toEqual({ kind: 'finished' })
    expect(await holdsLease(ledger, lease, signal)).toBe(false)
    expect(await finishJob(ledger, lease, end, signal)).toEqual({ kind: 'finished' })
    expect(await readJob(ledger, jobId, signal)).toMatchObject({
      state: 'succeeded',
      endedAt: now + 3,
    })
  })

  test('on a job cancelled meanwhile, is lost', async () => {
    const jobId = await jobIn('running')
    const lease = await leaseOn(jobId, 'a', now)
    await moveJob(ledger, jobId, 'cancelled', { now }, signal)

    expect(await finishJob(ledger, lease, { state: 'succeeded', now }, signal)).toEqual({
      kind: 'lost',
    })
  })

  test('among racers, one claims', async () => {
    const jobId = await jobIn('running')
    const racers = Array.from({ length: 12 }, () => claim(jobId, 'same-process', now))
    const kinds = (await Promise.all(racers)).map(({ kind }) => kind)

    expect(kinds.filter((kind) => kind === 'claimed')).toHaveLength(1)
    expect(kinds.filter((kind) => kind === 'held')).toHaveLength(11)
  })
})
