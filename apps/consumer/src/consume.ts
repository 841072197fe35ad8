import { createInvoke, createLimiters, type LimiterState, proxiesOf } from '@millrace/invocation'
import { ContractError, decodeBatchMessage, type BatchMessage, REPUBLISHED } from '@millrace/job'
import { createLedgerClient } from '@millrace/ledger'
import {
  createWorker,
  openQueues,
  type Disposition,
  type Received,
  type Worker,
  type WorkerQueues,
} from '@millrace/queue'
import {
  endpointUrlOf,
  type Logger,
  type Metrics,
  noTelemetry,
  processSpan,
  protectTask,
  type ServiceSignals,
  type Span,
  type Telemetry,
  watchLag,
  watchService,
} from '@millrace/service'
import { createStorage, s3WhenWanted } from '@millrace/storage'
import type { Config } from './config.ts'
import { createDeps, type World } from './connect.ts'
import { createMeter } from './meter.ts'
import { type Delivery, type Deps, type Outcome, processBatch } from './process-batch.ts'
import { reportOutcome } from './report-outcome.ts'
import { watchInvoke, watchLimiter } from './watch-endpoint.ts'

/** The consumer: a worker on the batches queue that has each batch scored and recorded. */
export async function consume(
  config: Config,
  logger: Logger,
  signals: ServiceSignals,
  telemetry: Telemetry = noTelemetry,
): Promise<void> {
  const region = config.AWS_REGION
  const queues = openQueues({
    region,
    endpointUrl: endpointUrlOf(config, 'SQS'),
    url: config.MILLRACE_BATCHES_QUEUE_URL,
    deadLetterUrl: config.MILLRACE_BATCHES_DLQ_URL,
  })
  const dynamo = createLedgerClient({ region, endpointUrl: endpointUrlOf(config, 'DYNAMODB') })
  const s3 = s3WhenWanted({ region, endpoint: endpointUrlOf(config, 'S3') })
  const storage = createStorage({ s3 })
  const invoke = createInvoke({
    region,
    endpointUrl: endpointUrlOf(config, 'SAGEMAKER_RUNTIME'),
    proxies: proxiesOf(config),
    transport: config.MILLRACE_INVOCATION_TRANSPORT,
    timeoutMs: config.MILLRACE_INVOCATION_TIMEOUT_SECONDS * 1_000,
  })
  await using resources = new AsyncDisposableStack()
  resources.use(queues)
  resources.defer(() => dynamo.destroy())
  resources.defer(() => storage.close())
  resources.defer(() => invoke.close())
  const meter = createMeter(() => performance.now())
  queues.clients.forEach(meter.watchQueue)
  meter.watchLedger(dynamo)

  const world: Omit<World, 'limiters' | 'logger' | 'telemetry'> = {
    ledger: { client: dynamo, tableName: config.MILLRACE_LEDGER_TABLE },
    storage,
    completions: queues.publishTo(config.MILLRACE_COMPLETIONS_QUEUE_URL),
    invoke: meter.watchInvoke(invoke),
    meter,
  }
  const worker = createConsumer(config, world, queues.worked, logger, signals.abort, telemetry)
  const { metrics } = telemetry
  resources.use(await watchService({ app: 'consumer', config, worker, metrics }))
  const oldestWorkMs = () => worker.stats.oldestMs
  resources.use(protectTask({ agentUri: config.ECS_AGENT_URI, oldestWorkMs, logger }))
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
  world: Omit<World, 'limiters' | 'logger' | 'telemetry'>,
  queue: WorkerQueues,
  logger: Logger,
  lifetime: AbortSignal,
  telemetry: Telemetry = noTelemetry,
): Worker {
  const { metrics, tracer } = telemetry
  const limiters = createLimiters({
    concurrencyMax: config.MILLRACE_CONCURRENCY,
    // Of the wall clock, at which the consumers of an endpoint meet, but steady.
    now: () => performance.timeOrigin + performance.now(),
    onChange: (endpoint, state) => {
      limitChanged(limiters.total)
      tellLimit(logger, endpoint, state)
    },
  })
  const limitChanged = watchLimiter(metrics, () => limiters.total)
  const lag = watchLag(metrics, Date.now)
  const invoke = watchInvoke(world.invoke, telemetry)
  const deps = createDeps(config, { ...world, invoke, limiters, logger, telemetry }, lifetime)
  return createWorker({
    queue,
    concurrency: config.MILLRACE_CONCURRENCY,
    visibilityTimeoutSeconds: config.MILLRACE_VISIBILITY_SECONDS,
    heartbeatSeconds: config.MILLRACE_VISIBILITY_SECONDS / 3,
    receiveWaitSeconds: config.MILLRACE_RECEIVE_WAIT_SECONDS,
    logger,
    ready: (signal) => limiters.ready(signal),
    handle: (message, signal) => {
      lag(message.sentAtMs)
      const follows = { follows: 'links' } as const
      return processSpan(tracer, queue.receive.url, message, follows, (span) =>
        handle(deps, { logger, metrics, span }, message, signal),
      )
    },
  })
}

/** A limit moves all the time; an endpoint that goes or comes back is news. */
function tellLimit(logger: Logger, endpoint: string, state: LimiterState): void {
  const level = state.circuit === 'open' ? 'warn' : 'debug'
  logger[level]({ endpoint, ...state }, 'limit changed')
}

async function handle(
  deps: Deps,
  { logger, metrics, span }: { logger: Logger; metrics: Metrics; span: Span },
  message: Received,
  signal: AbortSignal,
): Promise<Disposition> {
  const startedAt = performance.now()
  let batch: BatchMessage
  try {
    batch = decodeBatchMessage(message.body)
  } catch (error) {
    if (!(error instanceof ContractError)) throw error
    metrics.count('millrace.batches', 1, 'refused')
    logger.warn(
      { error, messageId: message.messageId, outcome: 'refused' },
      'batch message refused',
    )
    return { kind: 'dead_letter', code: error.code, reason: error.message }
  }
  const outcome = await processBatch(deps, batch, deliveryOf(message), signal)
  const { attempt } = message
  const durationMs = performance.now() - startedAt
  span.set({
    'millrace.job_id': batch.jobId,
    'millrace.batch': batch.batch,
    'millrace.outcome': outcome.kind,
  })
  reportOutcome({ logger, metrics }, { batch, attempt, durationMs, traceId: span.traceId }, outcome)
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
