import { configSchema } from '@millrace/consumer/config'
import { createMeter } from '@millrace/consumer/meter'
import { openHandler } from '@millrace/consumer/open-handler'
import { encodeBatchMessage } from '@millrace/job'
import type { Queue, Received } from '@millrace/queue'
import { createLogger, noTelemetry } from '@millrace/service'
import { credentials, never, region } from './invoke-data.ts'
import { BATCHES, planBatch, type RecordedJob } from './invoke-job.ts'

/**
 * The consumer's own way with a message, from its text to what becomes of it, over what an app opens:
 * read its rows from a file, invoke, decode, put the part, mark the batch, log a line.
 */
export function openBatches(
  { folderUri, jobId }: RecordedJob,
  urls: { readonly endpoint: string; readonly table: string },
) {
  // Found as an app finds them, by AWS's chain.
  process.env['AWS_ACCESS_KEY_ID'] = credentials.accessKeyId
  process.env['AWS_SECRET_ACCESS_KEY'] = credentials.secretAccessKey
  const config = configSchema.parse({
    AWS_REGION: region,
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: urls.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: urls.table,
    MILLRACE_LEDGER_TABLE: 'ledger',
    MILLRACE_WORK_URI: folderUri,
    MILLRACE_BATCHES_QUEUE_URL: `${urls.table}/0/batches`,
    MILLRACE_COMPLETIONS_QUEUE_URL: `${urls.table}/0/completions`,
  })
  const meter = createMeter(() => performance.now())
  const logger = createLogger({ app: 'consumer', level: 'info', destination: { write: () => {} } })
  const world = { queues: { publishTo: () => noQueue }, meter }
  const handler = openHandler(config, world, logger, never, noTelemetry)
  const messages = Array.from({ length: BATCHES }, (_, batch) => messageOf(jobId, batch))
  return {
    async process() {
      const message = messages.pop()
      if (message === undefined) throw new RangeError(`all ${BATCHES} batches are done`)
      const { kind } = await handler.handle(message, new AbortController().signal)
      if (kind !== 'acknowledge') throw new Error(`a batch became ${kind}`)
    },
    [Symbol.asyncDispose]: () => handler[Symbol.asyncDispose](),
  }
}

const messageOf = (jobId: RecordedJob['jobId'], batch: number): Received => ({
  body: encodeBatchMessage({ jobId, ...planBatch(batch) }),
  messageId: String(batch),
  attempt: 1,
  requeues: 0,
  attributes: {},
  sentAtMs: Date.now(),
  visibleUntilMs: () => Date.now() + 3_600_000,
})

/** The job has more batches than are processed, so nobody is told that it is complete. */
const noQueue: Queue = {
  client: { send: () => Promise.reject(new Error('no message is published here')) } as never,
  url: '',
}
