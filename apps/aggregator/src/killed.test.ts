import { startCloud } from '@millrace/cloud'
import { type JobEvent, type JobId, limits } from '@millrace/job'
import type { Storage } from '@millrace/storage'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type AggregateOutcome, aggregateJob } from './aggregate-job.ts'
import { createDeps, createEventDeps, type World } from './connect.ts'
import { type Recorded, startRecorded } from './recorded-job.fixture.ts'
import { tellEvents } from './tell-events.ts'
import { never } from './test-data.fixture.ts'

/*
 * An aggregator that is killed makes no further call, also none that would clean up. So a kill is: from
 * the n-th call to ledger or storage on, every call fails, and the process is never heard of again.
 * Its lease runs out, another takes the job over, and may be killed as well.
 */

let recorded: Recorded
beforeAll(async () => {
  recorded = await startRecorded(await startCloud({ s3: true }))
})
afterAll(() => recorded[Symbol.asyncDispose]())
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

const KILLS = 30
/** Nobody repeats a call that was denied; a dead process repeats none. */
const KILLED = Object.assign(new Error('killed'), { name: 'AccessDeniedException' })
/** Printed with a failure, and enough to see it again. */
const SEED = 20_261_125
/** 40 batches of 25 rows; every seventh row has failed. */
const batches = Array.from({ length: 40 }, (_, batch) =>
  Array.from({ length: 25 }, (_, row) => ((batch * 25 + row) % 7 === 3 ? '' : `0.${batch}${row}1`)),
)
const aggregate = (world: World, jobId: JobId): Promise<AggregateOutcome> =>
  aggregateJob(createDeps(recorded.config, world), jobId, never)

/** The events that were told, by id. */
let told: string[]
beforeEach(() => (told = []))

/** As the aggregator handles a completion: a look at the job, and the events that are due when it has ended. */
async function aggregateAndTell(world: World, jobId: JobId): Promise<AggregateOutcome> {
  const outcome = await aggregate(world, jobId)
  const tell = async ({ id }: JobEvent): Promise<void> => void told.push(id)
  const events = { sinks: [{ name: 'bus', tell }], close: () => {} } as const
  const hasEnded = outcome.kind === 'finished' || outcome.kind === 'ended'
  if (hasEnded) await tellEvents(createEventDeps({ ...world, events })!, jobId, never)
  return outcome
}

/** However many aggregators were at it, and when another looks at the job afterwards. */
async function expectEachEventOnce(jobId: JobId): Promise<void> {
  expect(await aggregateAndTell(recorded.world(), jobId)).toEqual({ kind: 'ended' })
  expect(told).toEqual([`${jobId}:started`, `${jobId}:ended`])
}

/** The lease of whoever died runs out: the clocks of all go on, for a minute and a second. */
const leaseExpires = (): void =>
  void vi.setSystemTime(Date.now() + (limits.leaseSeconds + 1) * 1_000)

/** A world whose n-th call is its last, and how many calls were made in it. */
function mortalWorld(lastCall: number): { world: World; calls: () => number } {
  let calls = 0
  const live = <T>(call: () => T): T => {
    calls += 1
    if (calls > lastCall) throw KILLED
    return call()
  }
  const { ledger, storage } = recorded
  const mortal: Storage = {
    ...storage,
    readInto: async (...input) => await live(() => storage.readInto(...input)),
    readDocument: async (...input) => await live(() => storage.readDocument(...input)),
    occupantOf: async (...input) => await live(() => storage.occupantOf(...input)),
    remove: async (...input) => await live(() => storage.remove(...input)),
    createWriter: async (...input) => {
      const writer = await live(() => storage.createWriter(...input))
      return {
        write: async (bytes) => await live(() => writer.write(bytes)),
        commit: async (options) => await live(() => writer.commit(options)),
        // A dead process closes nothing; this one goes on to live, and must not leak its files.
        abort: () => writer.abort(),
      }
    },
  }
  const send = (...input: Parameters<typeof ledger.client.send>): unknown =>
    live(() => ledger.client.send(...input))
  const client = { send: send as typeof ledger.client.send }
  return {
    world: recorded.world({ ledger: { ...ledger, client }, storage: mortal }),
    calls: () => calls,
  }
}

function randomsFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

test.for([
  ['csv', { join: 'all' as const }],
  ['jsonl', { format: 'jsonl' as const, compression: 'gzip' as const }],
  ['parquet', { format: 'parquet' as const, join: 'all' as const }],
] as const)(
  'killed at 30 random moments, %s has the same bytes, one end, one event',
  async (row) => {
    const [format, output] = row
    const job = await recorded.record(`killed ${format}`, batches, {
      name: `scores.${format}`,
      output,
    })
    const wanted = await undisturbed(job.jobId)
    await forget(job.jobId)

    const random = randomsFrom(SEED)
    const outcomes: string[] = []
    for (let kill = 0; kill < KILLS; kill += 1) {
      // The last call ends the job: whoever is killed at it has done everything.
      const { world } = mortalWorld(random(wanted.calls))
      outcomes.push(await aggregateAndTell(world, job.jobId).then(kindOf, () => 'killed'))
      leaseExpires()
    }
    outcomes.push(kindOf(await aggregateAndTell(recorded.world(), job.jobId)))
    expect({ seed: SEED, ends: outcomes.filter((kind) => kind === 'finished') }).toEqual({
      seed: SEED,
      ends: ['finished'],
    })
    expect(outcomes.filter((kind) => kind === 'killed')).toHaveLength(KILLS)
    expect(differing(await recorded.results(), wanted.files)).toEqual([])
    await expectEachEventOnce(job.jobId)
    await recorded.clear()
  },
)

test('two aggregators at once write the same bytes, and one ends and tells', async () => {
  const { jobId } = await recorded.record('two', batches, { name: 'scores.csv' })
  const wanted = await undisturbed(jobId)
  await forget(jobId)
  const both = await Promise.all([
    aggregateAndTell(recorded.world({ owner: 'one' }), jobId),
    aggregateAndTell(recorded.world({ owner: 'two' }), jobId),
  ])
  expect(both.map(kindOf).toSorted()).toEqual(['finished', 'held'])
  expect(differing(await recorded.results(), wanted.files)).toEqual([])
  await expectEachEventOnce(jobId)
  await recorded.clear()
})

test.for(['write', 'commit'] as const)(
  'with the lease lost at a %s, the other ends the job and nothing differs',
  async (step) => {
    const { jobId } = await recorded.record(`lost ${step}`, batches, { name: 'scores.csv' })
    const wanted = await undisturbed(jobId)
    await forget(jobId)
    let other: AggregateOutcome | undefined
    const slow = recorded.world({
      owner: 'slow',
      storage: {
        ...recorded.storage,
        createWriter: async (uri, signal) => {
          const writer = await recorded.storage.createWriter(uri, signal)
          const stepOnce = writer[step].bind(writer) as (bytes: Uint8Array) => Promise<never>
          const slowly = async (bytes: Uint8Array): Promise<never> => {
            if (other === undefined) {
              leaseExpires()
              other = await aggregateAndTell(recorded.world({ owner: 'other' }), jobId)
            }
            return await stepOnce(bytes)
          }
          return { ...writer, [step]: slowly }
        },
      },
    })
    expect(await aggregateAndTell(slow, jobId)).toEqual({ kind: 'lost' })
    expect(other).toMatchObject({ kind: 'finished' })
    expect(differing(await recorded.results(), wanted.files)).toEqual([])
    await expectEachEventOnce(jobId)
    await recorded.clear()
  },
)

const kindOf = ({ kind }: AggregateOutcome): string => kind

/** What the job's files are, and how many calls it takes, when nobody is killed. */
async function undisturbed(jobId: JobId) {
  const { world, calls } = mortalWorld(Number.POSITIVE_INFINITY)
  expect(await aggregate(world, jobId)).toMatchObject({ kind: 'finished' })
  return { files: await recorded.results(), calls: calls() - 1 }
}

/** Takes the job back to where its last batch had just been recorded. */
async function forget(jobId: JobId): Promise<void> {
  await recorded.clear()
  const input = {
    TableName: recorded.ledger.tableName,
    Key: { PK: { S: `JOB#${jobId}` }, SK: { S: 'META' } },
    UpdateExpression: 'SET #state = :running REMOVE generation, endedAt, summary',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':running': { S: 'running' } },
  }
  await recorded.ledger.client.send('UpdateItem', input, never)
}

function differing(found: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, string>) {
  const names = new Set([...found.keys(), ...wanted.keys()])
  return [...names].filter((name) => found.get(name) !== wanted.get(name))
}
