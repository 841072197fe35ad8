import type { EventSink } from '@millrace/events'
import { type Job, type JobEvent, jobEventSchema } from '@millrace/job'
import type { ClaimEventOutcome, EventKind } from '@millrace/ledger'
import { expect, test } from 'vitest'
import { type Deps, eventOf, tellAtRisk, tellEvents } from './tell-events.ts'
import { jobId, jobWith, never } from './test-data.fixture.ts'

const ended = jobWith(
  {},
  {
    state: 'succeeded_with_failures',
    startedAt: 1_010,
    endedAt: 1_060,
    plan: { rows: 10, batches: 2 },
  },
)
const summary = { rows: 10, failedRows: 3, manifestUri: 's3://results/scores.manifest.json' }

/** A ledger that remembers what was told and who took it, a bus that may fail, and a topic where it is wanted. */
function createWorld(job: Job, names: readonly EventSink['name'][] = ['bus']) {
  const told = new Set<EventKind>()
  const held = new Set<EventKind>()
  const takers = {
    started: new Set<string>(),
    at_risk: new Set<string>(),
    late: new Set<string>(),
    ended: new Set<string>(),
  }
  const events: (JobEvent & { readonly by: string })[] = []
  const world = { told, held, events, failing: false }
  const deps: Deps = {
    claim: async (_, kind): Promise<ClaimEventOutcome> => {
      if (kind === 'ended' && job.endedAt === undefined) return { kind: 'not_due' }
      if (told.has(kind)) return { kind: 'told' }
      return held.has(kind)
        ? { kind: 'held' }
        : { kind: 'claimed', job, summary, takenBy: [...takers[kind]] }
    },
    sinks: names.map((name) => ({
      name,
      tell: async (event) => {
        if (world.failing && name === 'bus') throw new Error('the bus is away')
        events.push({ ...event, by: name })
      },
    })),
    noteTakers: async (_, kind, names) => names.forEach((name) => takers[kind].add(name)),
    confirm: async (_, kind) => void told.add(kind),
  }
  return { deps, world }
}

test('of an ended job, start and end are told once, in this order', async () => {
  const { deps, world } = createWorld(ended)
  expect(await tellEvents(deps, jobId, never)).toBe(true)
  expect(await tellEvents(deps, jobId, never)).toBe(true)
  expect(world.events.map(({ id }) => id)).toEqual([`${jobId}:started`, `${jobId}:ended`])
})

test('of a running job, only the start is told', async () => {
  const { deps, world } = createWorld(jobWith({}, { state: 'running', startedAt: 1_010 }))
  await tellEvents(deps, jobId, never)
  expect(world.events.map(({ state }) => state)).toEqual(['running'])
})

test('when the bus is away, nothing is confirmed and it is told later', async () => {
  const { deps, world } = createWorld(ended)
  world.failing = true
  await expect(tellEvents(deps, jobId, never)).rejects.toThrow('away')
  expect(world.told.size).toBe(0)
  world.failing = false
  await tellEvents(deps, jobId, never)
  expect(world.events).toHaveLength(2)
})

test('while the bus is away, the topic hears each event once', async () => {
  const { deps, world } = createWorld(ended, ['bus', 'topic'])
  world.failing = true
  for (let look = 0; look < 3; look += 1) {
    await expect(tellEvents(deps, jobId, never)).rejects.toThrow('away')
  }
  const told = () => world.events.map(({ by, id }) => `${by} ${id}`)
  expect(told()).toEqual([`topic ${jobId}:started`, `topic ${jobId}:ended`])
  expect(world.told.size).toBe(0)
  world.failing = false
  expect(await tellEvents(deps, jobId, never)).toBe(true)
  expect(told().slice(2)).toEqual([`bus ${jobId}:started`, `bus ${jobId}:ended`])
  expect(world.told.size).toBe(2)
})

test('where the only sink is away, the end is not claimed behind the start', async () => {
  const { deps, world } = createWorld(ended)
  world.failing = true
  const claimed: EventKind[] = []
  const claim: Deps['claim'] = (id, kind, signal) => {
    claimed.push(kind)
    return deps.claim(id, kind, signal)
  }
  await expect(tellEvents({ ...deps, claim }, jobId, never)).rejects.toThrow('away')
  expect(claimed).toEqual(['started'])
})

test('a job at risk is told as such, once, and says when it will have ended', async () => {
  const job = jobWith({ deadline: '1h' }, { state: 'paused', startedAt: 1_010 })
  const { deps, world } = createWorld(job)
  expect(await tellAtRisk(deps, jobId, { expectedAt: 9_000 }, never)).toBe(true)
  expect(await tellAtRisk(deps, jobId, { expectedAt: 9_500 }, never)).toBe(true)
  expect(world.events).toHaveLength(1)
  const [{ by: _, ...event } = { by: '' }] = world.events
  expect(jobEventSchema.parse(event)).toEqual(event)
  expect(event).toMatchObject({
    id: `${jobId}:at_risk:4600`,
    kind: 'at_risk',
    state: 'paused',
    deadline: 1_000 + 3_600,
    expectedAt: 9_000,
  })
})

test('of a job that has ended late, that is told as a risk before its end, once', async () => {
  const { deps, world } = createWorld({ ...ended, adjusted: { deadline: 1_050 } })
  expect(await tellEvents(deps, jobId, never)).toBe(true)
  expect(await tellEvents(deps, jobId, never)).toBe(true)
  expect(world.events.map(({ id }) => id)).toEqual([
    `${jobId}:started`,
    `${jobId}:at_risk:1050`,
    `${jobId}:ended`,
  ])
  const [, { by: _, ...event } = { by: '' }] = world.events
  expect(jobEventSchema.parse(event)).toEqual(event)
  expect(event).toMatchObject({ kind: 'at_risk', state: ended.state, deadline: 1_050 })
  expect(event).not.toHaveProperty('manifest')
})

test('of a job that has ended in time, and of one without a deadline, no risk is told', async () => {
  for (const job of [ended, { ...ended, adjusted: { deadline: 1_060 } }]) {
    const { deps, world } = createWorld(job)
    await tellEvents(deps, jobId, never)
    expect(world.events.map(({ kind }) => kind)).toEqual(['started', 'ended'])
  }
})

test('an end waits for nobody who is telling that the job was late, and may have died in it', async () => {
  const { deps, world } = createWorld({ ...ended, adjusted: { deadline: 1_050 } })
  world.held.add('late')
  expect(await tellEvents(deps, jobId, never)).toBe(true)
  expect(world.events.map(({ kind }) => kind)).toEqual(['started', 'ended'])
})

test('that a job was late is told the topic while the bus is away', async () => {
  const { deps, world } = createWorld({ ...ended, adjusted: { deadline: 1_050 } }, ['bus', 'topic'])
  world.failing = true
  await expect(tellEvents(deps, jobId, never)).rejects.toThrow('away')
  world.failing = false
  expect(await tellEvents(deps, jobId, never)).toBe(true)
  expect(world.events.map(({ by, kind }) => `${by} ${kind}`)).toEqual([
    'topic started',
    'topic at_risk',
    'topic ended',
    'bus started',
    'bus at_risk',
    'bus ended',
  ])
})

test('of a job with a deadline, start and end say it', () => {
  const job = { ...jobWith({ deadline: '1h' }), state: 'succeeded', endedAt: 2_000 } as const
  expect(eventOf(job, 'started')).toMatchObject({ kind: 'started', deadline: 4_600 })
  expect(eventOf(job, 'ended')).toMatchObject({ kind: 'ended', deadline: 4_600 })
  expect(eventOf(jobWith(), 'started')).not.toHaveProperty('deadline')
})

test('while another is at it, asks to look again', async () => {
  const { deps, world } = createWorld(ended)
  world.held.add('started')
  expect(await tellEvents(deps, jobId, never)).toBe(false)
  expect(world.events).toEqual([])
})

test('an end says how many rows are predicted, and where the proof lies', () => {
  const event = eventOf(ended, 'ended', summary)
  expect(jobEventSchema.parse(event)).toEqual(event)
  expect(event).toMatchObject({
    state: 'succeeded_with_failures',
    rows: { total: 10, predicted: 7, failed: 3 },
    manifest: summary.manifestUri,
  })
})

test.for([
  [{ uri: 's3://results/scores.csv' }, 's3://results/scores.csv'],
  [{ uri: 's3://results/today/' }, 's3://results/today/result.csv'],
  [{ uri: 's3://results/today/', format: 'parquet' }, 's3://results/today/result.parquet'],
  [{ uri: 's3://results/today/', files: 'per_object' }, 's3://results/today/'],
] as const)('the result of %j is %s', ([output, result]) => {
  expect(eventOf(jobWith({ output }), 'started')).toMatchObject({ result })
})

test('a failure says why', () => {
  const failure = { code: 'dataset_changed', message: 'the dataset changed' }
  const event = eventOf(jobWith({}, { state: 'failed', failure, endedAt: 1_100 }), 'ended')
  expect(jobEventSchema.parse(event)).toMatchObject({ state: 'failed', failure })
})
