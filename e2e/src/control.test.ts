import { setTimeout as sleep } from 'node:timers/promises'
import { type JobId, jobIdOf, type JobSpecInput } from '@millrace/job'
import { adjustJob, cancelJob, pauseJob, readJob, readProgress, resumeJob } from '@millrace/ledger'
import { expect, test, type TestContext } from 'vitest'
import { expectedResult, flights } from './support/flights.ts'
import { BUCKET, type Fleet, startFleet } from './support/fleet.ts'
import { objectsOf } from './support/objects.ts'
import { messagesIn, msUntil, msUntilNoMore, msUntilQuiet } from './support/until.ts'

/*
 * What an operator does to a job that runs, and how soon every process follows. Two consumers score
 * 400 batches at an endpoint that takes a fifth of a second for each.
 */

const BATCHES = 400
/** What a consumer trusts for two seconds, an invocation under way, and a slow machine. */
const FOLLOW_MS_MAX = 6_000
const signal = AbortSignal.timeout(600_000)

const spec = (change: Partial<JobSpecInput> = {}): JobSpecInput => ({
  version: 1,
  dataset: { uri: `s3://${BUCKET}/data/flights.csv` },
  endpoint: { name: 'flights' },
  batching: { rows: flights.rows.length / BATCHES },
  output: { uri: `s3://${BUCKET}/results/late.csv` },
  ...change,
})

/** A fleet at work on a job of which so many batches are recorded. */
async function startWork(token: string, recorded: number, change: Partial<JobSpecInput> = {}) {
  const fleet = await startFleet({ attemptsMax: 3, endpoint: { latencyMs: 200 } })
  await objectsOf(fleet).put('data/flights.csv', `${flights.rows.join('\n')}\n`)
  for (const app of ['producer', 'consumer', 'consumer', 'aggregator'] as const) fleet.start(app)
  await fleet.submit(token, spec(change))
  const jobId = jobIdOf(token)
  await expect.poll(() => recordedOf(fleet, jobId), { timeout: 60_000 }).toBeGreaterThan(recorded)
  return { fleet, jobId }
}

const recordedOf = async (fleet: Fleet, jobId: JobId): Promise<number> =>
  (await readProgress(fleet.ledger, jobId, signal)).done.size

const requestAgain = (fleet: Fleet, token: string): Promise<unknown> => fleet.submit(token, spec())

/** A figure for the report, beside its bound. */
async function follows({ annotate }: TestContext, what: string, ms: number): Promise<void> {
  await annotate(`${what}: followed after ${Math.round(ms)} ms`)
  expect(ms).toBeLessThan(FOLLOW_MS_MAX)
}

test('a paused job invokes nothing, and once resumed ends as if never paused', async (context) => {
  const work = await startWork('paused', 40)
  await using fleet = work.fleet
  const { jobId } = work
  await pauseJob(fleet.ledger, jobId, signal)
  await follows(context, 'pause', await msUntilQuiet(fleet, signal))
  await expect.poll(() => messagesIn(fleet.queues.batches)).toBe(0)

  const before = fleet.endpoint.stats.invocations
  await resumeJob(fleet.ledger, jobId, signal)
  await requestAgain(fleet, 'paused')
  await follows(
    context,
    'resume',
    await msUntil(() => fleet.endpoint.stats.invocations > before, signal),
  )
  // Whoever is in a hurry: what one consumer still holds for paused, another takes for running.
  for (const ms of [0, 150, 300, 450]) {
    await pauseJob(fleet.ledger, jobId, signal)
    await sleep(ms)
    await resumeJob(fleet.ledger, jobId, signal)
    await requestAgain(fleet, 'paused')
  }
  expect(await fleet.ended('paused')).toMatchObject({ state: 'succeeded' })
  expect((await objectsOf(fleet).get('results/late.csv')) === expectedResult()).toBe(true)
  expect(await messagesIn(fleet.deadLetters('batches'))).toBe(0)
  const again = fleet.endpoint.stats.invocations - BATCHES - 1
  await context.annotate(`invoked more than once: ${again} of ${BATCHES} batches`)
  // Four times all was published while all was queued; the ledger was asked before each repetition.
  expect(again).toBeLessThan(BATCHES / 4)
})

test('a cancelled job invokes nothing, leaves the queue and has no result', async (context) => {
  const work = await startWork('cancelled', 40)
  await using fleet = work.fleet
  await cancelJob(fleet.ledger, work.jobId, { now: Math.floor(Date.now() / 1_000) }, signal)
  await follows(context, 'cancel', await msUntilQuiet(fleet, signal))
  await expect.poll(() => messagesIn(fleet.queues.batches)).toBe(0)
  expect(await messagesIn(fleet.deadLetters('batches'))).toBe(0)
  await requestAgain(fleet, 'cancelled')
  await expect.poll(() => messagesIn(fleet.queues.jobs)).toBe(0)
  expect(await messagesIn(fleet.queues.batches)).toBe(0)
  expect((await readJob(fleet.ledger, work.jobId, signal))?.state).toBe('cancelled')
  expect(await objectsOf(fleet).get('results/late.csv')).toBeUndefined()
})

test('a changed concurrency holds for all consumers together', async (context) => {
  const work = await startWork('narrow', 40)
  await using fleet = work.fleet
  const { endpoint } = fleet
  await expect.poll(() => endpoint.stats.inFlight).toBeGreaterThan(5)

  await adjustJob(fleet.ledger, work.jobId, { concurrencyMax: 3 }, signal)
  await follows(
    context,
    'concurrency 3',
    await msUntilNoMore(() => endpoint.stats.inFlight > 3, signal),
  )

  await adjustJob(fleet.ledger, work.jobId, { concurrencyMax: 16 }, signal)
  await follows(context, 'concurrency 16', await msUntil(() => endpoint.stats.inFlight > 5, signal))
  expect(await fleet.ended('narrow')).toMatchObject({ state: 'succeeded' })
})

test('a job beyond its tolerance fails, says why and invokes no more', async (context) => {
  const fleet = await startFleet({
    // Without latency every batch is done before anybody has looked at the tolerance.
    endpoint: { latencyMs: 100, poisonRows: flights.rows.filter((_, row) => row % 40 === 39) },
  })
  await using _fleet = fleet
  await objectsOf(fleet).put('data/flights.csv', `${flights.rows.join('\n')}\n`)
  for (const app of ['producer', 'consumer', 'consumer', 'aggregator'] as const) fleet.start(app)
  await fleet.submit('intolerant', spec({ tolerance: { failedRowsPercentMax: 0.1 } }))
  const job = await fleet.ended('intolerant', 110_000)
  expect(job).toMatchObject({
    state: 'failed',
    failure: {
      code: 'tolerance_exceeded',
      message: expect.stringContaining('the job tolerates 0.1 %'),
    },
  })
  await follows(context, 'tolerance', await msUntilQuiet(fleet, signal))
  const { failedRows, done } = await readProgress(fleet.ledger, job.jobId, signal)
  await context.annotate(
    `${failedRows} rows had failed of 300, ${done.size} of ${BATCHES} batches done`,
  )
  expect(failedRows).toBeGreaterThan(12)
  expect(done.size).toBeLessThan(BATCHES)
  expect(await objectsOf(fleet).get('results/late.csv')).toBeUndefined()
})
