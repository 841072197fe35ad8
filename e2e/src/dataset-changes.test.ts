import { expect, test } from 'vitest'
import { flights } from './support/flights.ts'
import { BUCKET, startFleet } from './support/fleet.ts'
import { objectsOf } from './support/objects.ts'

test('when the dataset changes in mid-job, the job fails and there is no result', async () => {
  await using fleet = await startFleet({ endpoint: { latencyMs: 100 } })
  const objects = objectsOf(fleet)
  const body = `${flights.rows.join('\n')}\n`
  await objects.put('data/flights.csv', body)
  fleet.start('producer')
  fleet.start('aggregator')
  fleet.start('consumer', { MILLRACE_CONCURRENCY: '2' })
  await fleet.submit('changes', {
    version: 1,
    dataset: { uri: `s3://${BUCKET}/data/flights.csv` },
    endpoint: { name: 'flights' },
    batching: { rows: 100 },
    output: { uri: `s3://${BUCKET}/results/late.csv` },
  })
  await expect.poll(() => fleet.endpoint.stats.rows).toBeGreaterThan(1_000)
  await objects.put('data/flights.csv', body.replaceAll('1', '2'))
  const job = await fleet.ended('changes')
  expect(job).toMatchObject({ state: 'failed', failure: { code: 'dataset_changed' } })
  expect(await objects.get('results/late.csv')).toBeUndefined()
})
