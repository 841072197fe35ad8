import {
  encodeBatchMessage,
  encodeJobRequest,
  jobIdOf,
  jobSpecSchema,
  type JobSpecInput,
  planSegmentName,
} from '@millrace/job'
import { adjustJob, readProgress } from '@millrace/ledger'
import { publish, type Queue } from '@millrace/queue'
import { expect, test } from 'vitest'
import { startEventReceiver } from './support/event-receiver.ts'
import { flights } from './support/flights.ts'
import { BUCKET, type Fleet, startFleet } from './support/fleet.ts'
import { objectsOf } from './support/objects.ts'
import { giveUpAnUpload, recordLargePart } from './support/rare-calls.ts'
import { type App, startRecorder } from './support/recorder.ts'

const text = (rows: readonly string[]): string => `${rows.join('\n')}\n`

const spec = (uri: string, output: string, more: Partial<JobSpecInput> = {}): JobSpecInput => ({
  version: 1,
  dataset: { uri: `s3://${BUCKET}/${uri}` },
  endpoint: { name: 'flights' },
  batching: { rows: 1_000 },
  output: { uri: `s3://${BUCKET}/results/${output}`, join: 'all' },
  ...more,
})

/** Small, so that heartbeats come; stalled jobs are asked for again soon. */
const hasty = { MILLRACE_VISIBILITY_SECONDS: '6', MILLRACE_STALLED_SECONDS: '2' }
const heard = {
  MILLRACE_EVENT_BUS: 'events',
  MILLRACE_EVENTS_TOPIC_ARN: 'arn:aws:sns:us-east-1:123456789012:events',
}

/*
 * Every call that the apps make, in good days and bad: `infra/calls.txt` is what the roles of the stack
 * are judged by (`infra/src/iam/permissions.test.ts`).
 */
test('the apps make the calls that their roles were made for, and no other', async () => {
  await using fleet = await startFleet()
  await using receiver = await startEventReceiver()
  const upstream = (service: string) =>
    service === 'EVENTBRIDGE' || service === 'SNS' ? receiver.url : upstreamOf(fleet, service)
  await using recorder = startRecorder(upstream, '/slow.csv')
  const objects = objectsOf(fleet)
  const start = async (app: 'producer' | 'consumer' | 'aggregator') =>
    fleet.start(app, { ...hasty, ...heard, ...(await recorder.env(app)) })
  await objects.put('data/one.csv', text(flights.rows))
  await objects.put('data/many/1.csv', text(flights.rows.slice(0, 3_000)))
  await objects.put('data/many/2.csv', text(flights.rows.slice(3_000)))
  const refused = flights.rows[0]?.replace(/^[^,]*/, 'a word') ?? ''
  const unfit = [...flights.rows.slice(0, 3_000), refused, 'a row too short']
  await objects.put('data/short.csv', text(unfit))
  const called = (call: string) => expect.poll(() => recorder.calls()).toContain(call)

  // Throttled, the producer waits while its heartbeat keeps the message; refused, the consumer gives
  // its batches back.
  fleet.endpoint.change({ faults: { throttle: 1 } })
  const producer = await start('producer')
  await fleet.submit('one', spec('data/one.csv', 'one.csv'))
  await called('producer sqs:ChangeMessageVisibility queue jobs')
  fleet.endpoint.change({ faults: {} })
  await called('producer sqs:SendMessage queue batches')
  fleet.endpoint.change({ faults: { access_denied: 1 } })
  await start('consumer')
  await called('consumer sqs:SendMessage queue batches')
  fleet.endpoint.change({ faults: {}, latencyMs: 3_000 })
  // A slow endpoint: heartbeats keep the messages of the batches.
  await called('consumer sqs:ChangeMessageVisibility queue batches')
  fleet.endpoint.change({ latencyMs: 0 })
  await untilRecorded(fleet, 'one', 12)
  // Asked again when all is recorded, it is the producer that sees that the job is complete.
  await fleet.submit('one', spec('data/one.csv', 'one.csv'))
  await called('producer sqs:SendMessage queue completions')
  // Left by an earlier result, of which rows had failed.
  await objects.put('results/one.errors.csv', 'row,object,byte,line,code,message,attempts\n')
  await start('aggregator')
  expect(await fleet.ended('one')).toMatchObject({ state: 'succeeded' })

  // What stands still for long is asked for again.
  fleet.endpoint.change({ faults: { throttle: 1 } })
  await fleet.submit('many', spec('data/many/', 'many.csv'))
  await called('aggregator sqs:SendMessage queue jobs')
  // While the job is planned somebody asks for a batch of which no plan is written yet.
  const many = jobIdOf('many')
  const range = { start: 0, end: 1_000 }
  const early = { jobId: many, batch: 0, rows: range, bytes: range, object: 0 }
  await tell(fleet.queues.batches, encodeBatchMessage(early))
  await called('consumer s3:ListBucket bucket results')
  // Consumers share the concurrency that it is given.
  await adjustJob(fleet.ledger, many, { concurrencyMax: 4 }, AbortSignal.timeout(9_000))
  fleet.endpoint.change({ faults: {} })
  // A result that takes long to write: heartbeats keep its completion.
  await fleet.submit('slow', spec('data/one.csv', 'slow.csv'))
  await called('aggregator sqs:ChangeMessageVisibility queue completions')
  await fleet.submit('absent', spec('data/absent.csv', 'absent.csv'))
  for (const queue of ['jobs', 'batches', 'completions'] as const) {
    await tell(fleet.queues[queue], 'no message of ours')
  }
  expect(await fleet.ended('many')).toMatchObject({ state: 'succeeded' })
  expect(await fleet.ended('absent')).toMatchObject({ failure: { code: 'dataset_missing' } })
  // Rows fail, and there is a tolerance that they are held against.
  const tolerant = spec('data/short.csv', 'short.csv', { tolerance: { failedRowsMax: 5 } })
  await fleet.submit('short', tolerant)
  expect(await fleet.ended('short')).toMatchObject({ state: 'succeeded_with_failures' })
  // A retry of it, of which the plan is gone.
  const short = jobIdOf('short')
  await objects.remove(`work/${short}/${planSegmentName(0)}`)
  const retry = { spec: jobSpecSchema.parse(tolerant), retryOf: { jobId: short } }
  await tell(fleet.queues.jobs, encodeJobRequest({ clientToken: 'retry', ...retry }))
  expect(await fleet.ended('retry')).toMatchObject({ state: 'failed' })
  // Told to stop, it gives back what the poll under way still brings.
  producer.kill('SIGTERM')
  const whatIsCalled = async () => {
    await tell(fleet.queues.jobs, 'late')
    return recorder.calls()
  }
  await expect.poll(whatIsCalled).toContain('producer sqs:SendMessage queue jobs')
  const throughRecorder = async (app: App) => ({
    ...fleet.cloud.env,
    ...(await recorder.env(app)),
  })
  await recordLargePart(await throughRecorder('consumer'), fleet.ledger)
  await giveUpAnUpload(await throughRecorder('aggregator'), 'results/given-up.csv')
  // What it decompresses is not of its compression after many megabytes.
  await giveUpAnUpload(await throughRecorder('producer'), 'work/given-up.txt')
  await expect(`${recorder.calls().join('\n')}\n`).toMatchFileSnapshot('../../infra/calls.txt')
})

async function tell(queue: Queue, body: string): Promise<void> {
  await publish(queue, [{ body }], AbortSignal.timeout(9_000))
}

async function untilRecorded({ ledger }: Fleet, clientToken: string, batches: number) {
  const recorded = async (): Promise<number> => {
    const progress = await readProgress(ledger, jobIdOf(clientToken), AbortSignal.timeout(9_000))
    return progress.done.size
  }
  await expect.poll(recorded, { timeout: 60_000, interval: 50 }).toBe(batches)
}

function upstreamOf({ cloud, endpoint }: Fleet, service: string): string {
  return cloud.env[`AWS_ENDPOINT_URL_${service}`] ?? endpoint.url
}
