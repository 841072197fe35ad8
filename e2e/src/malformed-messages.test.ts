import { type BatchMessage, encodeBatchMessage, type JobId, jobIdOf } from '@millrace/job'
import { cancelJob, listJobs, listRejections, type UnreadableJob } from '@millrace/ledger'
import { type DeadLetter, publish, readDeadLetters } from '@millrace/queue'
import { expect, test } from 'vitest'
import { expectedResult, flights } from './support/flights.ts'
import { BUCKET, type Fleet, startFleet } from './support/fleet.ts'
import { objectsOf } from './support/objects.ts'
import { messagesIn, msUntilQuiet } from './support/until.ts'

const throwing = ({ error }: UnreadableJob): never => {
  throw error
}

/* What strangers and mistakes put on the queues: each ends with its reason, and harms nothing. */

const signal = AbortSignal.timeout(300_000)
const seconds = () => Math.floor(Date.now() / 1_000)

const spec = {
  version: 1 as const,
  dataset: { uri: `s3://${BUCKET}/data/flights.csv` },
  endpoint: { name: 'flights' },
  batching: { rows: 100 },
  output: { uri: `s3://${BUCKET}/results/late.csv` },
}

/** Batch 3 of the job, were it not for the change. */
function batchWith(jobId: JobId, change: object): string {
  const batch: BatchMessage = {
    jobId,
    batch: 3,
    rows: { start: 300, end: 400 },
    bytes: { start: 7_000, end: 9_400 },
    object: 0,
  }
  return JSON.stringify({ ...JSON.parse(encodeBatchMessage(batch)), ...change })
}

type Case = readonly [name: string, body: string, code: string, reason: RegExp]

const batchCases = (jobId: JobId): readonly Case[] => [
  ['no JSON', 'score it, please', 'not_json', /not JSON/],
  ['JSON that is cut', '{"version":1,"jobId":"j-', 'not_json', /not JSON/],
  ['no object', '[1, 2]', 'invalid', /wanted a mapping, got a list/],
  [
    'an unknown version',
    batchWith(jobId, { version: 2 }),
    'unknown_version',
    /version 2 .*wanted 1/,
  ],
  ['no version', batchWith(jobId, { version: undefined }), 'invalid', /version/],
  ['a field too many', batchWith(jobId, { bucket: 'theirs' }), 'invalid', /bucket/],
  ['a job id out of bounds', batchWith(jobId, { jobId: '../../etc' }), 'invalid', /jobId/],
  ['rows that are text', batchWith(jobId, { rows: '300-400' }), 'invalid', /rows/],
  [
    'rows that end before they start',
    batchWith(jobId, { rows: { start: 9, end: 3 } }),
    'invalid',
    /start < end/,
  ],
  ['a batch below zero', batchWith(jobId, { batch: -1 }), 'invalid', /batch/],
  ['a batch that is no whole number', batchWith(jobId, { batch: 1.5 }), 'invalid', /batch/],
  [
    'more than a message may be',
    JSON.stringify({ version: 1, rows: 'x'.repeat(70_000) }),
    'too_large',
    /65536 bytes/,
  ],
  ['a job that nobody knows', batchWith(jobIdOf('nobody'), {}), 'job_unknown', /is unknown/],
  [
    'rows that the plan has not',
    batchWith(jobId, { rows: { start: 300, end: 401 } }),
    'batch_not_planned',
    /the plan has rows 300-400/,
  ],
  [
    'bytes of all the object',
    batchWith(jobId, { bytes: { start: 0, end: 999_999_999 } }),
    'batch_not_planned',
    /the plan has/,
  ],
  [
    'an object that is not there',
    batchWith(jobId, { object: 7 }),
    'batch_not_planned',
    /of object 7/,
  ],
  [
    'a batch beyond the plan',
    batchWith(jobId, { batch: 1_000_000_000 }),
    'batch_not_planned',
    /no such batch/,
  ],
]

const request = (change: object): string =>
  JSON.stringify({ version: 1, clientToken: 'stranger', spec: { ...spec, ...change } })

const jobCases: readonly Case[] = [
  ['no JSON', '<job/>', 'not_json', /not JSON/],
  ['no client token', JSON.stringify({ version: 1, spec }), 'invalid', /clientToken/],
  ['a misspelt setting', request({ treshold: 0.5 }), 'invalid', /treshold/],
  [
    'a dataset that is not allowed',
    request({ dataset: { uri: 's3://elsewhere/x.csv' } }),
    'request_refused',
    /elsewhere/,
  ],
  [
    'an endpoint that is not allowed',
    request({ endpoint: { name: 'other' } }),
    'request_refused',
    /other/,
  ],
]

const completionCases: readonly Case[] = [
  ['no JSON', 'done', 'not_json', /not JSON/],
  ['no job', '{"version":1}', 'invalid', /jobId/],
]

async function lettersIn(fleet: Fleet, queue: 'jobs' | 'batches' | 'completions') {
  const every = { max: 1_000, matches: () => true }
  return (await readDeadLetters(fleet.deadLetters(queue), every, signal)).letters
}

test('malformed messages end in the dead-letter queue with their reasons, and harm nothing', async () => {
  await using fleet = await startFleet({ endpoint: { latencyMs: 20 } })
  await objectsOf(fleet).put('data/flights.csv', `${flights.rows.join('\n')}\n`)
  const jobId = jobIdOf('wanted')
  const cases = {
    batches: batchCases(jobId),
    jobs: jobCases,
    completions: completionCases,
  }
  for (const app of ['producer', 'consumer', 'consumer', 'aggregator'] as const) fleet.start(app)
  await fleet.submit('wanted', spec)
  // Before it is planned, its messages would be those of a job that nobody knows.
  const invoked = () => fleet.endpoint.stats.invocations
  await expect.poll(invoked, { timeout: 60_000 }).toBeGreaterThan(1)
  for (const queue of ['batches', 'jobs', 'completions'] as const) {
    await publish(
      fleet.queues[queue],
      cases[queue].map(([, body]) => ({ body })),
      signal,
    )
  }
  expect(await fleet.ended('wanted', 110_000)).toMatchObject({
    state: 'succeeded',
    plan: { rows: 12_000 },
  })
  expect((await objectsOf(fleet).get('results/late.csv')) === expectedResult()).toBe(true)

  for (const queue of ['batches', 'jobs', 'completions'] as const) {
    let letters: readonly DeadLetter[] = []
    const count = async () => (letters = await lettersIn(fleet, queue)).length
    await expect.poll(count).toBe(cases[queue].length)
    for (const [name, body, code, reason] of cases[queue]) {
      const letter = letters.find((one) => one.body === body)
      expect({ name, code: letter?.code, attempts: letter?.attempts }).toEqual({
        name,
        code,
        attempts: 1,
      })
      expect(letter?.reason).toMatch(reason)
    }
  }
  // Of what is no batch of a plan the job keeps nothing, and of a batch no more than the first.
  const kept = await Array.fromAsync(listRejections(fleet.ledger, jobId, signal))
  expect(kept).toMatchObject([{ batch: 3, code: 'batch_not_planned', attempts: 1 }])
  // Of what strangers asked for there is no job.
  const day = new Date().toISOString().slice(0, 10)
  const jobs = await Array.fromAsync(listJobs(fleet.ledger, { day }, throwing, signal))
  expect(jobs.map((job) => job.jobId)).toEqual([jobId])
})

test('messages of a job that has ended are deleted, unread and uncharged', async () => {
  await using fleet = await startFleet({ endpoint: { latencyMs: 500 } })
  await objectsOf(fleet).put('data/flights.csv', `${flights.rows.join('\n')}\n`)
  for (const app of ['producer', 'consumer'] as const) fleet.start(app)
  await fleet.submit('gone', spec)
  await expect.poll(() => fleet.endpoint.stats.invocations, { timeout: 60_000 }).toBeGreaterThan(1)
  await cancelJob(fleet.ledger, jobIdOf('gone'), { now: seconds() }, signal)
  await msUntilQuiet(fleet, signal)
  const before = fleet.endpoint.stats.invocations
  const bodies = Array.from({ length: 50 }, () => ({ body: batchWith(jobIdOf('gone'), {}) }))
  await publish(fleet.queues.batches, bodies, signal)
  await expect.poll(() => messagesIn(fleet.queues.batches)).toBe(0)
  expect(await lettersIn(fleet, 'batches')).toEqual([])
  expect(fleet.endpoint.stats.invocations).toBe(before)
})
