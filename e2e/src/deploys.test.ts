import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { jobIdOf, limits } from '@millrace/job'
import { readProgress } from '@millrace/ledger'
import { expect, test } from 'vitest'
import { expectedResult, flights } from './support/flights.ts'
import { BUCKET, startFleet } from './support/fleet.ts'
import { objectsOf } from './support/objects.ts'
import { messagesIn, msUntil } from './support/until.ts'

/*
 * Consumers come and go in the middle of a job, each at a moment drawn from the seed: some are
 * told to stop (a deploy, a Spot interruption), or are killed. A message that waited
 * out its visibility of two minutes would keep the job from ending in time.
 */

const BATCHES = 600
/** `MILLRACE_DEPLOYS=20` takes two minutes. */
const TIMES = Number(process.env['MILLRACE_DEPLOYS'] ?? 5)
const SEED = 20_261_125
const signal = AbortSignal.timeout(600_000)

/** Park-Miller: the same numbers from the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

test.for([
  { kind: 'SIGTERM', times: TIMES, visibilitySeconds: 120 },
  { kind: 'SIGKILL', times: Math.ceil(TIMES / 2), visibilitySeconds: 6 },
] as const)(
  'with $times consumers ended by $kind, the result is the answer key',
  { timeout: 300_000 },
  async ({ kind, times, visibilitySeconds }, { annotate }) => {
    await using fleet = await startFleet({
      visibilityTimeoutSeconds: visibilitySeconds,
      endpoint: { latencyMs: 50 },
    })
    const objects = objectsOf(fleet)
    await objects.put('data/flights.csv', `${flights.rows.join('\n')}\n`)
    const env = {
      MILLRACE_VISIBILITY_SECONDS: String(visibilitySeconds),
      MILLRACE_RECEIVE_WAIT_SECONDS: '1',
    }
    fleet.start('producer', env)
    fleet.start('aggregator', env)
    /** One that has begun to receive: before, there is nothing to drain and nobody to do it. */
    const startConsumer = async (): Promise<ChildProcess> => {
      const consumer = fleet.start('consumer', env)
      await once(consumer, 'message', { signal })
      return consumer
    }
    await fleet.submit('deployed', {
      version: 1,
      dataset: { uri: `s3://${BUCKET}/data/flights.csv` },
      endpoint: { name: 'flights' },
      batching: { rows: flights.rows.length / BATCHES },
      output: { uri: `s3://${BUCKET}/results/late.csv` },
    })
    // All is planned before the first consumer comes: what was invoked until then was the preflight.
    await expect.poll(() => messagesIn(fleet.queues.batches), { timeout: 60_000 }).toBe(BATCHES)
    const preflight = fleet.endpoint.stats.invocations
    const consumers = await Promise.all([startConsumer(), startConsumer()])
    const recorded = async () =>
      (await readProgress(fleet.ledger, jobIdOf('deployed'), signal)).done.size

    const random = randomFrom(SEED)
    const exits: number[] = []
    for (let time = 1; time <= times; time += 1) {
      await msUntil(async () => (await recorded()) >= (time * BATCHES * 0.8) / times, signal)
      await sleep(random() * 50)
      const oldest = consumers.shift()
      consumers.push(await startConsumer())
      if (oldest === undefined) break
      const exited = once(oldest, 'exit')
      const startedAt = performance.now()
      oldest.kill(kind)
      const [code] = await exited
      exits.push(performance.now() - startedAt)
      expect(code).toBe(kind === 'SIGTERM' ? 0 : null)
    }
    expect(exits).toHaveLength(times)
    expect(await fleet.ended('deployed', 100_000)).toMatchObject({ state: 'succeeded' })
    expect((await objects.get('results/late.csv')) === expectedResult()).toBe(true)
    expect(await messagesIn(fleet.deadLetters('batches'))).toBe(0)

    const longestMs = Math.round(Math.max(...exits))
    const again = fleet.endpoint.stats.invocations - BATCHES - preflight
    await annotate(
      `${times} × ${kind}, seed ${SEED}: longest exit ${longestMs} ms, ${again} invoked again`,
    )
    expect(longestMs).toBeLessThan(limits.drainDeadlineSeconds * 1_000)
    // What has begun is finished before a consumer that was told to stop ends: nothing is done twice.
    expect(again).toBeLessThanOrEqual(kind === 'SIGTERM' ? 0 : Number.POSITIVE_INFINITY)
  },
)
