import { expect, test } from 'vitest'
import { expectedResult, flights } from './support/flights.ts'
import { BUCKET, startFleet } from './support/fleet.ts'
import { objectsOf } from './support/objects.ts'

test('when every message is delivered twice, the result is the answer key', async () => {
  await using fleet = await startFleet({ deliverTwice: true })
  const objects = objectsOf(fleet)
  await objects.put('data/flights.csv', `${flights.rows.join('\n')}\n`)
  for (const app of ['producer', 'consumer', 'consumer', 'aggregator'] as const) fleet.start(app)
  await fleet.submit('twice', {
    version: 1,
    dataset: { uri: `s3://${BUCKET}/data/flights.csv` },
    endpoint: { name: 'flights' },
    batching: { rows: 100 },
    output: { uri: `s3://${BUCKET}/results/late.csv` },
  })
  const job = await fleet.ended('twice')
  expect(job).toMatchObject({ state: 'succeeded', plan: { batches: 120, rows: 12_000 } })
  expect((await objects.get('results/late.csv')) === expectedResult()).toBe(true)
})
