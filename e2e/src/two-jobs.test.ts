import { jobIdOf, type JobSpecInput } from '@millrace/job'
import { readJob } from '@millrace/ledger'
import { expect, test } from 'vitest'
import { flights } from './support/flights.ts'
import { BUCKET, startFleet } from './support/fleet.ts'
import { objectsOf } from './support/objects.ts'

/*
 * F40: a job that is a hundred times larger does not keep a small one waiting. The queue is fair
 * between message groups, as SQS is; the producer plans both at once; the consumers take what comes.
 */

const SMALL_ROWS = 120
const signal = AbortSignal.timeout(300_000)

const spec = (name: string): JobSpecInput => ({
  version: 1,
  dataset: { uri: `s3://${BUCKET}/data/${name}.csv` },
  endpoint: { name: 'flights' },
  batching: { rows: 20 },
  output: { uri: `s3://${BUCKET}/results/${name}.csv` },
})

test('beside a job a hundred times its size, a small one takes a few times as long', async (context) => {
  await using fleet = await startFleet({
    // The large one takes 15 s at the least, many times what a small one takes on a busy machine;
    // and there is room for both at the endpoint, so that it is the fleet that has to be fair.
    endpoint: { latencyMs: 200, concurrencyMax: 8, queueMax: 64 },
  })
  const objects = objectsOf(fleet)
  await objects.put('data/large.csv', `${flights.rows.join('\n')}\n`)
  await objects.put('data/small.csv', `${flights.rows.slice(0, SMALL_ROWS).join('\n')}\n`)
  for (const app of ['producer', 'consumer', 'consumer', 'aggregator'] as const) fleet.start(app)

  /** From submission to the end, as whoever waits for it sees it. */
  const timed = async (token: string, name: string): Promise<number> => {
    const startedAt = performance.now()
    await fleet.submit(token, spec(name))
    expect(await fleet.ended(token, 110_000)).toMatchObject({ state: 'succeeded' })
    return performance.now() - startedAt
  }
  await timed('warm', 'small')
  const aloneMs = await timed('alone', 'small')
  const large = timed('large', 'large')
  const togetherMs = await timed('together', 'small')

  // The large one is in full flow, and everything of it is queued: whoever comes now is late.
  const published = async () => (await readJob(fleet.ledger, jobIdOf('large'), signal))?.plan
  await expect.poll(published, { timeout: 60_000 }).toBeDefined()
  const lateMs = await timed('late', 'small')
  expect((await readJob(fleet.ledger, jobIdOf('large'), signal))?.state).toBe('running')
  const largeMs = await large

  const figures = { aloneMs, togetherMs, lateMs, largeMs }
  const words = Object.entries(figures).map(([name, ms]) => `${name} ${Math.round(ms)}`)
  await context.annotate(words.join(', '))
  // Ten times is a bound for a busy machine; in line behind the large one it would be a hundred.
  expect(togetherMs).toBeLessThan(Math.max(10 * aloneMs, largeMs / 3))
  expect(Math.max(togetherMs, lateMs)).toBeLessThan(largeMs / 2)
})
