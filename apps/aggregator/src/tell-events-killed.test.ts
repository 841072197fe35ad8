import { startCloud } from '@millrace/cloud'
import type { EventSink } from '@millrace/events'
import type { JobEvent, JobId } from '@millrace/job'
import {
  cancelJob,
  claimEvent,
  confirmEvent,
  listJobs,
  readJob,
  type UnreadableJob,
} from '@millrace/ledger'
import { createLogger } from '@millrace/service'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { createEventDeps, createReconcileDeps } from './connect.ts'
import { tellEnds } from './reconcile.ts'
import { type Recorded, startRecorded } from './recorded-job.fixture.ts'
import { type Deps, tellEvents } from './tell-events.ts'
import { never } from './test-data.fixture.ts'

const throwing = ({ error }: UnreadableJob): never => {
  throw error
}

/*
 * The teller is killed at each of its calls, and another comes when its claim has run out. Killed after
 * an event has reached the bus and before that is noted, the same event comes twice; else once.
 */

let recorded: Recorded
beforeAll(async () => {
  recorded = await startRecorded(await startCloud({ s3: true }))
})
afterAll(() => recorded[Symbol.asyncDispose]())

const HELD_SECONDS = 61

/** Who is killed after so many calls; the last of them has happened, and nobody hears of it. */
function mortal(events: JobEvent[], now: number, callsMax: number): Deps {
  let calls = 0
  const dying = async <T>(call: () => Promise<T>): Promise<T> => {
    if (calls === callsMax) throw new Error('killed')
    calls += 1
    const answer = await call()
    if (calls === callsMax) throw new Error('killed')
    return answer
  }
  const { ledger } = recorded
  return {
    claim: async (job, kind, signal) =>
      await dying(() => claimEvent(ledger, job, { kind, now }, signal)),
    sinks: [
      { name: 'bus', tell: async (event) => await dying(async () => void events.push(event)) },
    ],
    noteTakers: async () => expect.unreachable('one sink alone'),
    confirm: async (job, kind, signal) =>
      await dying(() => confirmEvent(ledger, job, kind, signal)),
  }
}

async function cancelledJob(token: string): Promise<JobId> {
  const { jobId } = await recorded.record(token, [['0.5']], { name: `${token}.csv` })
  await cancelJob(recorded.ledger, jobId, { now: 2_000 }, never)
  return jobId
}

// claim, tell, confirm of the start; claim, tell, confirm of the end.
test.for([
  [1, ['started', 'ended']],
  [2, ['started', 'started', 'ended']],
  [3, ['started', 'ended']],
  [4, ['started', 'ended']],
  [5, ['started', 'ended', 'ended']],
  [6, ['started', 'ended']],
] as const)('killed after call %d, a cancelled job is told as %j', async ([calls, told]) => {
  const events: JobEvent[] = []
  const jobId = await cancelledJob(`killed-${calls}`)
  await expect(tellEvents(mortal(events, 3_000, calls), jobId, never)).rejects.toThrow('killed')
  const later = 3_000 + HELD_SECONDS
  expect(await tellEvents(mortal(events, later, Infinity), jobId, never)).toBe(true)
  expect(await tellEvents(mortal(events, later, Infinity), jobId, never)).toBe(true)
  expect(events.map(({ id }) => id)).toEqual(told.map((kind) => `${jobId}:${kind}`))
  expect(events.at(-1)?.state).toBe('cancelled')
})

test('two at once tell each event once', async () => {
  const events: JobEvent[] = []
  const jobId = await cancelledJob('at-once')
  await Promise.all([1, 2].map(() => tellEvents(mortal(events, 3_000, Infinity), jobId, never)))
  expect(events.map(({ id }) => id)).toEqual([`${jobId}:started`, `${jobId}:ended`])
})

test('when who cancelled it has died, the watch over jobs tells the end', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const events: JobEvent[] = []
  const { jobId } = await recorded.record('left', [['0.5']], { name: 'left.csv' })
  let reachable = false
  const bus: EventSink = {
    name: 'bus',
    tell: async (event) => {
      if (!reachable) throw new Error('the bus is away')
      events.push(event)
    },
  }
  const world = recorded.world({ events: { sinks: [bus], close: () => {} } })
  const watch = createReconcileDeps(world, createLogger({ app: 'test', level: 'silent' }))
  const look = () => tellEnds(watch, never)
  await cancelJob(recorded.ledger, jobId, { now: 2_000 }, never)
  await look()
  expect(events).toEqual([])
  reachable = true
  vi.setSystemTime(Date.now() + HELD_SECONDS * 1_000)
  await look()
  await look()
  const ours = events.filter((event) => event.jobId === jobId)
  expect(ours.map(({ state }) => state)).toEqual(['running', 'cancelled'])
})

test('a job that the watch ends as failed is asked to be told', async () => {
  const { jobId } = await recorded.record('expired', [['0.5']], { name: 'expired.csv' })
  const sent: unknown[] = []
  const send = async ({ input }: { input: unknown }) => {
    sent.push(input)
    return {}
  }
  const completions = { client: { send }, url: 'completions' } as never
  const watch = createReconcileDeps(
    recorded.world({ completions }),
    createLogger({ app: 'test', level: 'silent' }),
  )
  const failure = { code: 'retention_over', message: 'not ended' }
  await watch.failJob(jobId, failure, never)
  expect(await readJob(recorded.ledger, jobId, never)).toMatchObject({ state: 'failed', failure })
  expect(JSON.stringify(sent)).toContain(jobId)
})

test('while the bus is away, the topic hears all of it once', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const told: string[] = []
  let reachable = false
  const sinkOf = (name: EventSink['name']): EventSink => ({
    name,
    tell: async (event) => {
      if (name === 'bus' && !reachable) throw new Error('the bus is away')
      told.push(`${name} ${event.state}`)
    },
  })
  const jobId = await cancelledJob('half')
  const world = recorded.world({
    events: { sinks: [sinkOf('bus'), sinkOf('topic')], close: () => {} },
  })
  const deps = createEventDeps(world)
  const look = () => tellEvents(deps!, jobId, never)
  const later = () => vi.setSystemTime(Date.now() + HELD_SECONDS * 1_000)

  await expect(look()).rejects.toThrow('the bus is away')
  later()
  await expect(look()).rejects.toThrow('the bus is away')
  expect(told).toEqual(['topic running', 'topic cancelled'])
  reachable = true
  later()
  expect(await look()).toBe(true)
  later()
  expect(await look()).toBe(true)
  expect(told.slice(2)).toEqual(['bus running', 'bus cancelled'])
})

test('where nobody wants to hear, the watch looks for an end once', async () => {
  const jobId = await cancelledJob('unheard')
  const watch = createReconcileDeps(
    recorded.world({}),
    createLogger({ app: 'test', level: 'silent' }),
  )
  const untold = async () => {
    const jobs = await Array.fromAsync(listJobs(recorded.ledger, { untold: true }, throwing, never))
    return jobs.map((job) => job.jobId)
  }
  expect(await untold()).toContain(jobId)
  await tellEnds(watch, never)
  expect(await untold()).toEqual([])
})
