import { createInterface } from 'node:readline'
import { configSchema } from '@millrace/consumer/config'
import { createMeter } from '@millrace/consumer/meter'
import { openHandler } from '@millrace/consumer/open-handler'
import { encodeBatchMessage } from '@millrace/job'
import type { Queue, Received } from '@millrace/queue'
import { createLogger, noTelemetry } from '@millrace/service'
import { inThisProcess } from '../harness/cpu-rounds.ts'
import { credentials, never, region } from './data.ts'
import { BATCHES, jobId, planBatch } from './job.ts'

/*
 * `invoke/batch.ts <folder URI> <bucket URL> <endpoint URL> <ledger URL>`: a consumer, in a process of its own
 * as it is. It does with the messages of `invoke/job.ts` what the app does, from a message's text to what
 * becomes of it: read its rows from S3, invoke, decode, put the part, mark the batch, log a line.
 */

const [folderUri = '', bucketUrl = '', endpointUrl = '', tableUrl = ''] = process.argv.slice(2)
const meter = createMeter(() => performance.now())
const logger = createLogger({ app: 'consumer', level: 'info', destination: { write: () => {} } })
const messages = Array.from({ length: BATCHES }, (_, index) => messageOf(BATCHES - 1 - index))
await using handler = openHandler(
  configOf(),
  { queues: { publishTo: noQueue }, meter },
  logger,
  never,
  noTelemetry,
)
const measure = inThisProcess(processNext)
console.log('ready')
for await (const line of createInterface(process.stdin)) console.log(await measure(Number(line)))

async function processNext(): Promise<void> {
  const message = messages.pop()
  if (message === undefined) throw new RangeError(`all ${BATCHES} batches are done`)
  const { kind } = await handler.handle(message, new AbortController().signal)
  if (kind !== 'acknowledge') throw new Error(`a batch became ${kind}`)
}

function configOf() {
  // Found as an app finds them, by AWS's chain.
  process.env['AWS_ACCESS_KEY_ID'] = credentials.accessKeyId
  process.env['AWS_SECRET_ACCESS_KEY'] = credentials.secretAccessKey
  return configSchema.parse({
    AWS_REGION: region,
    AWS_ENDPOINT_URL_S3: bucketUrl,
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: endpointUrl,
    AWS_ENDPOINT_URL_DYNAMODB: tableUrl,
    MILLRACE_LEDGER_TABLE: 'ledger',
    MILLRACE_WORK_URI: folderUri,
    MILLRACE_BATCHES_QUEUE_URL: `${tableUrl}/0/batches`,
    MILLRACE_COMPLETIONS_QUEUE_URL: `${tableUrl}/0/completions`,
  })
}

function messageOf(batch: number): Received {
  const visibleUntilMs = () => Date.now() + 3_600_000
  const facts = { attempt: 1, requeues: 0, attributes: {}, sentAtMs: Date.now(), visibleUntilMs }
  const body = encodeBatchMessage({ jobId, ...planBatch(batch) })
  return { ...facts, body, messageId: String(batch) }
}

/** The job has more batches than are processed, so nobody is told that it is complete. */
function noQueue(): Queue {
  const send = () => Promise.reject(new Error('no message is published here'))
  return { client: { send } as never, url: '' }
}
