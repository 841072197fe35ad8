import type { SQSClient } from '@aws-sdk/client-sqs'
import { createInvoke, createLimiter } from '@millrace/invocation'
import { ContractError, decodeBatchMessage, type BatchMessage, REPUBLISHED } from '@millrace/job'
import { createLedgerClient } from '@millrace/ledger'
import {
  createQueueClient,
  createWorker,
  type Disposition,
  type Received,
  type Worker,
  type WorkerQueues,
} from '@millrace/queue'
import { endpointUrlOf, type Logger, type ServiceSignals } from '@millrace/service'
import { createS3Client, createStorage } from '@millrace/storage'
import type { Config } from './config.ts'
import { createDeps, type World } from './connect.ts'
import { type Delivery, type Deps, type Outcome, processBatch } from './process-batch.ts'

/** The consumer: a worker on the batches queue that has each batch scored and recorded. */
export async function consume(
  config: Config,
  logger: Logger,
  signals: ServiceSignals,
): Promise<void> {
  const region = config.AWS_REGION
  const sqs = (use: 'receive' | 'acknowledge' | 'publish'): SQSClient =>
    createQueueClient({ region, endpointUrl: endpointUrlOf(config, 'SQS'), use })
  const [receiving, acknowledging, publishing] = [
    sqs('receive'),
    sqs('acknowledge'),
    sqs('publish'),
  ]
  const dynamo = createLedgerClient({ region, endpointUrl: endpointUrlOf(config, 'DYNAMODB') })
  const s3 = createS3Client({ region, endpoint: endpointUrlOf(config, 'S3') })
  const storage = createStorage({ s3 })
  const invoke = createInvoke({ region, endpointUrl: endpointUrlOf(config, 'SAGEMAKER_RUNTIME') })
  await using resources = new AsyncDisposableStack()
  for (const client of [receiving, acknowledging, publishing, dynamo, s3]) {
    resources.defer(() => client.destroy())
  }
  resources.defer(() => storage.close())
  resources.defer(() => invoke.close())

  const queueUrl = config.MILLRACE_BATCHES_QUEUE_URL
  const deadLetterUrl = config.MILLRACE_BATCHES_DLQ_URL
  const world: Omit<World, 'limiter' | 'logger'> = {
    ledger: { client: dynamo, tableName: config.MILLRACE_LEDGER_TABLE },
    storage,
    completions: { client: publishing, url: config.MILLRACE_COMPLETIONS_QUEUE_URL },
    invoke,
  }
  const queue: WorkerQueues = {
    receive: { client: receiving, url: queueUrl },
    acknowledge: { client: acknowledging, url: queueUrl },
    ...(deadLetterUrl === undefined
      ? {}
      : { deadLetter: { client: acknowledging, url: deadLetterUrl } }),
  }
  const worker = createConsumer(config, world, queue, logger, signals.abort)
  signals.ready()
  await worker.run(signals)
}

/**
 * The consumer's worker over clients that are open already: what the simulation of `e2e` runs too.
 *
 * @param lifetime aborts what messages share, such as the reading of a job.
 */
export function createConsumer(
  config: Config,
  world: Omit<World, 'limiter' | 'logger'>,
  queue: WorkerQueues,
  logger: Logger,
  lifetime: AbortSignal,
): Worker {
  const limiter = createLimiter({
    concurrencyMax: config.MILLRACE_CONCURRENCY,
    // Of the wall clock, at which the consumers of an endpoint meet, but steady.
    now: () => performance.timeOrigin + performance.now(),
    onChange: (state) => logger.debug({ ...state }, 'limit changed'),
  })
  const deps = createDeps(config, { ...world, limiter, logger }, lifetime)
  return createWorker({
    queue,
    concurrency: config.MILLRACE_CONCURRENCY,
    visibilityTimeoutSeconds: config.MILLRACE_VISIBILITY_SECONDS,
    heartbeatSeconds: config.MILLRACE_VISIBILITY_SECONDS / 3,
    receiveWaitSeconds: config.MILLRACE_RECEIVE_WAIT_SECONDS,
    logger,
    ready: (signal) => limiter.ready(signal),
    handle: (message, signal) => handle(deps, logger, message, signal),
  })
}

async function handle(
  deps: Deps,
  logger: Logger,
  message: Received,
  signal: AbortSignal,
): Promise<Disposition> {
  let batch: BatchMessage
  try {
    batch = decodeBatchMessage(message.body)
  } catch (error) {
    if (!(error instanceof ContractError)) throw error
    logger.warn({ error, messageId: message.messageId }, 'batch message refused')
    return { kind: 'dead_letter', code: error.code, reason: error.message }
  }
  const outcome = await processBatch(deps, batch, deliveryOf(message), signal)
  report(logger, batch, message.attempt, outcome)
  return dispositionOf(outcome)
}

const deliveryOf = ({ attempt, requeues, attributes }: Received): Delivery => ({
  attempt,
  repeated: attempt > 1 || requeues > 0 || attributes[REPUBLISHED] !== undefined,
})

function dispositionOf(outcome: Outcome): Disposition {
  switch (outcome.kind) {
    case 'recorded':
    case 'duplicate':
    case 'stale':
    case 'withheld':
    case 'job_failed':
      return { kind: 'acknowledge' }
    case 'postponed':
      return { kind: 'requeue', delaySeconds: POSTPONED_SECONDS }
    case 'released':
      return { kind: 'release' }
    case 'rejected':
      return { kind: 'dead_letter', code: outcome.code, reason: outcome.reason }
    default:
      return outcome satisfies never
  }
}

/** What waits for the endpoint is looked at again after this. */
const POSTPONED_SECONDS = 5

/** One line per batch outcome. */
function report(logger: Logger, batch: BatchMessage, attempt: number, outcome: Outcome): void {
  const facts = { jobId: batch.jobId, batch: batch.batch, attempt, outcome: outcome.kind }
  switch (outcome.kind) {
    case 'recorded':
      logger.info({ ...facts, ...outcome.part }, 'batch done')
      break
    case 'duplicate':
    case 'stale':
    case 'withheld':
      logger.info(facts, 'batch done')
      break
    case 'released':
    case 'job_failed':
      logger.warn({ ...facts, error: outcome.reason }, 'batch done')
      break
    case 'postponed':
      logger.warn({ ...facts, reason: outcome.reason }, 'batch done')
      break
    case 'rejected':
      logger.warn({ ...facts, code: outcome.code, reason: outcome.reason }, 'batch done')
      break
    default:
      outcome satisfies never
  }
}
