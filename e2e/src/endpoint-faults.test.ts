import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { expectedResult, flights } from './support/flights.ts'
import { BUCKET, type Fleet, startFleet } from './support/fleet.ts'
import { objectsOf } from './support/objects.ts'

const SEED = 7
const FAULTS = {
  internal_failure: 0.01,
  unavailable: 0.01,
  dependency_failure: 0.01,
  model_500: 0.01,
  reset: 0.01,
  cut_body: 0.01,
  missing_line: 0.01,
  extra_line: 0.01,
  garbage: 0.01,
  hang: 0.01,
}

test(`with ten kinds of faults (seed ${SEED}), the result is the answer key`, async () => {
  await using fleet = await startFleet({ endpoint: { faults: FAULTS, seed: SEED } })
  const objects = objectsOf(fleet)
  await objects.put('data/flights.csv', `${flights.rows.join('\n')}\n`)
  // Who hangs is waited for so long.
  const env = { MILLRACE_INVOCATION_TIMEOUT_SECONDS: '1' }
  for (const app of ['producer', 'consumer', 'consumer', 'aggregator'] as const) {
    fleet.start(app, env)
  }
  await fleet.submit('faults', {
    version: 1,
    dataset: { uri: `s3://${BUCKET}/data/flights.csv` },
    endpoint: { name: 'flights' },
    batching: { rows: 10 },
    output: { uri: `s3://${BUCKET}/results/late.csv` },
  })
  const job = await fleet.ended('faults')
  expect(job).toMatchObject({ state: 'succeeded', plan: { batches: 1_200, rows: 12_000 } })
  expect((await objects.get('results/late.csv')) === expectedResult()).toBe(true)
  const met = fleet.endpoint.stats.faults
  expect(Object.keys(met).sort()).toEqual(Object.keys(FAULTS).sort())
  console.info(`${JSON.stringify(met)} in ${fleet.endpoint.stats.invocations} invocations`)
  expect(await setAside(fleet)).toBe(0)
})

/** Messages in the dead-letter queue of batches. */
async function setAside({ cloud, queues }: Fleet): Promise<number> {
  const QueueUrl = cloud.env['MILLRACE_BATCHES_DLQ_URL'] ?? ''
  const { Attributes } = await queues.batches.client.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  )
  return Object.values(Attributes ?? {}).reduce((sum, count) => sum + Number(count), 0)
}
