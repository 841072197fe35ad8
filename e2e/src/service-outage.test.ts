import { setTimeout as sleep } from 'node:timers/promises'
import type { JobSpecInput } from '@millrace/job'
import { jobIdOf } from '@millrace/job'
import { readProgress } from '@millrace/ledger'
import { createRandom } from '@millrace/testing'
import { expect, test } from 'vitest'
import { startFaultyProxy } from './support/faulty-proxy.ts'
import { expectedResult, flights } from './support/flights.ts'
import { BUCKET, startFleet } from './support/fleet.ts'
import { objectsOf } from './support/objects.ts'
import { messagesIn, msUntil } from './support/until.ts'

/*
 * A ledger, and then a store, that nobody reaches for so long that a message's three attempts would be used up
 * several times: while a job runs, and while another is asked for.
 */

const OUTAGE_MS = 15_000
const signal = AbortSignal.timeout(300_000)

test('through an outage of ledger and store nothing is set aside, and every row comes out', async () => {
  await using fleet = await startFleet({
    attemptsMax: 3,
    endpoint: { latencyMs: 100, concurrencyMax: 8, queueMax: 4 },
  })
  const random = createRandom(1)
  const { AWS_ENDPOINT_URL_DYNAMODB = '', AWS_ENDPOINT_URL_S3 = '' } = fleet.cloud.env
  await using ledger = await startFaultyProxy(AWS_ENDPOINT_URL_DYNAMODB, random)
  await using store = await startFaultyProxy(AWS_ENDPOINT_URL_S3, random)
  const env = { AWS_ENDPOINT_URL_DYNAMODB: ledger.url, AWS_ENDPOINT_URL_S3: store.url }
  await objectsOf(fleet).put('data/flights.csv', `${flights.rows.join('\n')}\n`)
  for (const app of ['producer', 'consumer', 'consumer', 'aggregator'] as const)
    fleet.start(app, env)
  const done = async (token: string) =>
    (await readProgress(fleet.ledger, jobIdOf(token), signal)).done.size

  await fleet.submit('running', specOf('running'))
  await msUntil(async () => (await done('running')) > 50, signal)
  ledger.faults.cut = 1
  ledger.resetAll()
  await fleet.submit('asked', specOf('asked'))
  await sleep(OUTAGE_MS)
  ledger.faults.cut = 0
  const before = await done('running')
  await msUntil(async () => (await done('running')) > before, signal)
  store.faults.cut = 1
  store.resetAll()
  await sleep(OUTAGE_MS)
  store.faults.cut = 0

  for (const token of ['running', 'asked']) {
    expect(await fleet.ended(token, 120_000)).toMatchObject({ state: 'succeeded' })
    const result = await objectsOf(fleet).get(`results/${token}.csv`)
    expect(result === expectedResult()).toBe(true)
  }
  for (const name of ['jobs', 'batches', 'completions'] as const) {
    expect(await messagesIn(fleet.deadLetters(name))).toBe(0)
  }
})

const specOf = (token: string): JobSpecInput => ({
  version: 1,
  dataset: { uri: `s3://${BUCKET}/data/flights.csv` },
  endpoint: { name: 'flights' },
  batching: { rows: 40 },
  output: { uri: `s3://${BUCKET}/results/${token}.csv` },
})
