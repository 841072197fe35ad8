import { startCloud } from '@millrace/cloud'
import { createLedgerClient, createProgressMarker } from '@millrace/ledger'
import { createQueueClient, publish } from '@millrace/queue'
import { jobIdOf } from '@millrace/job'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMeter } from './meter.ts'

let cloud: Awaited<ReturnType<typeof startCloud>>
const never = new AbortController().signal

beforeAll(async () => {
  cloud = await startCloud({ counting: true })
})
afterAll(() => cloud.close())

test('requests and units are counted as the services count them', async () => {
  const meter = createMeter(() => 0)
  const { env, credentials } = cloud
  const local = { region: 'us-east-1', credentials }
  const dynamo = createLedgerClient({ ...local, endpointUrl: env['AWS_ENDPOINT_URL_DYNAMODB'] })
  const sqs = createQueueClient({ ...local, endpointUrl: env['AWS_ENDPOINT_URL_SQS'] })
  meter.watchQueue(sqs)
  const ledger = {
    client: meter.watchLedger(dynamo),
    tableName: env['MILLRACE_LEDGER_TABLE'] ?? '',
  }
  const marker = createProgressMarker(ledger)
  const job = { jobId: jobIdOf('metered'), plan: { batches: 200, rows: 200 } }
  for (let batch = 0; batch < 128; batch += 1) await marker.mark(job, batch, 0, never)
  const queue = { client: sqs, url: env['MILLRACE_BATCHES_QUEUE_URL'] ?? '' }
  await publish(
    queue,
    Array.from({ length: 25 }, () => ({ body: '{}' })),
    never,
  )
  const { usage } = cloud
  expect(meter.take()).toMatchObject({ calls: 3, writes: usage.writeUnits, reads: usage.readUnits })
  // The full item has marked itself one level up.
  expect(usage).toMatchObject({ writeUnits: 129, sqs: { SendMessageBatch: 3 } })
  dynamo.destroy()
  sqs.destroy()
})

test('what was taken and given back is taken again, and nothing twice', () => {
  let now = 0
  const meter = createMeter(() => now)
  meter.recorded()
  now = 1_500
  const taken = meter.take()
  expect(taken).toMatchObject({ parts: 1, ms: 1_500 })
  expect(meter.take()).toMatchObject({ parts: 0, ms: 0 })
  meter.giveBack(taken)
  expect(meter.take()).toEqual(taken)
})

test('an hour without work is not charged to the next job', () => {
  let now = 0
  const meter = createMeter(() => now)
  now = 3_600_000
  expect(meter.take().ms).toBe(60_000)
})

test('bytes are those of requests and answers', async () => {
  const meter = createMeter(() => 0)
  const answer = { body: Buffer.from('0.5\n'), contentType: 'text/csv', durationMs: 1 }
  const invoke = meter.watchInvoke(async () => answer)
  const endpoint = { name: 'e', contentType: 'text/csv', accept: 'text/csv', response: 'auto' }
  await invoke({ endpoint, body: Buffer.from('1,2\n3,4\n') }, never)
  expect(meter.take()).toMatchObject({ sent: 8, got: 4 })
})
