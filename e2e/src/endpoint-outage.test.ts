import { setTimeout as sleep } from 'node:timers/promises'
import { jobIdOf } from '@millrace/job'
import { readProgress } from '@millrace/ledger'
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
/** So slow that it, and not the machine, says how much is done in a second; and work for twenty of them. */
const LATENCY_MS = 250
const BATCHES = 600
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
  /** Answers in one second. */
  const speed = async () => {
    const before = endpoint.stats.rows
    await sleep(1_000)
    return endpoint.stats.rows - before
  }
  await msUntil(async () => (await recorded()) > 100, signal)
  const speedBefore = await speed()

  endpoint.change({ outage: true })
  const asked = endpoint.stats.invocations
  await sleep(OUTAGE_MS)
  const askedInVain = endpoint.stats.invocations - asked
  endpoint.change({ outage: false })
  const backMs = await msUntil(async () => (await speed()) >= 0.8 * speedBefore, signal)

  await context.annotate(
    `outage ${OUTAGE_MS} ms: ${askedInVain} invocations in vain, 80 % of the speed after ${Math.round(backMs)} ms`,
  )
  expect(backMs).toBeLessThan(10_000)
  expect(await fleet.ended('outage', 60_000)).toMatchObject({ state: 'succeeded' })
  expect((await objectsOf(fleet).get('results/late.csv')) === expectedResult()).toBe(true)
  expect(await messagesIn(fleet.deadLetters('batches'))).toBe(0)
})
