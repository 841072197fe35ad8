import { setTimeout as sleep } from 'node:timers/promises'
import { jobIdOf } from '@millrace/job'
import { readJob, readProgress } from '@millrace/ledger'
import { expect, test } from 'vitest'
import { expectedResult, flights } from './support/flights.ts'
import { BUCKET, startFleet } from './support/fleet.ts'
import { objectsOf } from './support/objects.ts'
import { messagesIn, msUntil } from './support/until.ts'

/*
 * An endpoint that is gone for five visibility timeouts, as ten minutes are five of two minutes, while
 * a message may be received three times. What counts as a wait is shortened with it.
 */

const VISIBILITY_SECONDS = 4
const OUTAGE_MS = 5 * VISIBILITY_SECONDS * 1_000
const LATENCY_MS = 250
const BATCHES = 600
/** Four of each place at the endpoint: what a second holds where the machine has nothing else to do. */
const ANSWERS_A_SECOND = 32
const signal = AbortSignal.timeout(90_000)

test('through an outage no batch goes to the dead-letter queue, and work goes on at once', async (context) => {
  await using fleet = await startFleet({
    attemptsMax: 3,
    visibilityTimeoutSeconds: VISIBILITY_SECONDS,
    endpoint: { latencyMs: LATENCY_MS, concurrencyMax: 8, queueMax: 4 },
  })
  const { endpoint } = fleet
  await objectsOf(fleet).put('data/flights.csv', `${flights.rows.join('\n')}\n`)
  const env = { MILLRACE_VISIBILITY_SECONDS: String(VISIBILITY_SECONDS) }
  for (const app of ['producer', 'consumer', 'consumer', 'aggregator'] as const)
    fleet.start(app, env)
  await fleet.submit('outage', {
    version: 1,
    dataset: { uri: `s3://${BUCKET}/data/flights.csv` },
    endpoint: { name: 'flights' },
    batching: { rows: flights.rows.length / BATCHES },
    output: { uri: `s3://${BUCKET}/results/late.csv` },
  })
  const recorded = async () =>
    (await readProgress(fleet.ledger, jobIdOf('outage'), signal)).done.size
  const answers = () => (endpoint.stats.rows * BATCHES) / flights.rows.length
  /** The most that are at the endpoint at once, within a second: a machine that is busy slows both ends alike. */
  const room = async () => {
    let most = 0
    for (let look = 0; look < 50; look += 1) {
      most = Math.max(most, endpoint.stats.inFlight)
      await sleep(20)
    }
    return most
  }
  await msUntil(async () => (await recorded()) > 100, signal)
  const roomBefore = await room()

  endpoint.change({ outage: true })
  const asked = endpoint.stats.invocations
  await sleep(OUTAGE_MS)
  const askedInVain = endpoint.stats.invocations - asked
  // For who asks meanwhile why the job stands still.
  const { waits } = (await readJob(fleet.ledger, jobIdOf('outage'), signal)) ?? {}
  expect(waits?.reason).toMatch(/flights: endpoint_unavailable/)
  const answersBefore = answers()
  endpoint.change({ outage: false })
  const backMs = await msUntil(async () => (await room()) >= 0.8 * roomBefore, signal)
  const answersUntil = answers() - answersBefore

  await context.annotate(
    `outage ${OUTAGE_MS} ms: ${askedInVain} invocations in vain; 80 % of the room is used again after ` +
      `${answersUntil} answers and ${Math.round(backMs)} ms`,
  )
  expect(answersUntil).toBeLessThan(10 * ANSWERS_A_SECOND)
  expect(await fleet.ended('outage', 60_000)).toMatchObject({ state: 'succeeded' })
  expect((await objectsOf(fleet).get('results/late.csv')) === expectedResult()).toBe(true)
  expect(await messagesIn(fleet.deadLetters('batches'))).toBe(0)
})
