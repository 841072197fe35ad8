import { randomUUID } from 'node:crypto'
import { createEventSinks } from '@millrace/events'
import {
  type CompletionMessage,
  ContractError,
  decodeCompletionMessage,
  type JobId,
  limits,
} from '@millrace/job'
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
  type Telemetry,
  watchLag,
  watchService,
} from '@millrace/service'
import { createStorage, s3WhenWanted } from '@millrace/storage'
import { type AggregateOutcome, aggregateJob, type Deps } from './aggregate-job.ts'
import { beginThread } from './thread/ask-thread.ts'
import type { Config } from './config.ts'
import {
  createDeps,
  createEventDeps,
  createExportDeps,
  createReconcileDeps,
  type World,
} from './connect.ts'
import { type Deps as ExportDeps, type ExportOutcome, exportResult } from './export-result.ts'
import { createPlaces } from './files/take-place.ts'
import { reconcileForever } from './reconcile.ts'
import { type Deps as EventDeps, tellEvents } from './tell-events.ts'
import { watchBacklog } from './watch-backlog.ts'
import { DEADLINE_LOOK_SECONDS } from './watch-deadlines.ts'

/** By then the first poll has long left; a process that ends before has no use for the other thread. */
const THREAD_BEGINS_MS = 1_000

/** The aggregator: a worker on the completions queue, and a watch over jobs that stand still. */
export async function aggregate(
  config: Config,
  logger: Logger,
  signals: ServiceSignals,
  telemetry: Telemetry = noTelemetry,
): Promise<void> {
  const region = config.AWS_REGION
  const queues = openQueues({
    region,
    endpointUrl: endpointUrlOf(config, 'SQS'),
    url: config.MILLRACE_COMPLETIONS_QUEUE_URL,
    deadLetterUrl: config.MILLRACE_COMPLETIONS_DLQ_URL,
  })
  const dynamo = createLedgerClient({
    region,
    endpointUrl: endpointUrlOf(config, 'DYNAMODB'),
    transport: config.MILLRACE_LEDGER_TRANSPORT,
  })
  const s3 = s3WhenWanted({ region, endpoint: endpointUrlOf(config, 'S3') })
  const storage = createStorage({ s3 })
  await using resources = new AsyncDisposableStack()
  resources.use(queues)
  resources.defer(() => dynamo.destroy())
  resources.defer(() => storage.close())

  const events = createEventSinks({
    region,
    bus: config.MILLRACE_EVENT_BUS,
    topicArn: config.MILLRACE_EVENTS_TOPIC_ARN,
    eventBridgeUrl: endpointUrlOf(config, 'EVENTBRIDGE'),
    snsUrl: endpointUrlOf(config, 'SNS'),
  })
  resources.defer(() => events.close())

  const world: World = {
    events,
    ledger: { client: dynamo, tableName: config.MILLRACE_LEDGER_TABLE },
    storage,
    completions: queues.publishTo(config.MILLRACE_COMPLETIONS_QUEUE_URL),
    jobs: queues.publishTo(config.MILLRACE_JOBS_QUEUE_URL),
    ...(config.MILLRACE_BATCHES_QUEUE_URL !== undefined && {
      batches: queues.publishTo(config.MILLRACE_BATCHES_QUEUE_URL),
    }),
    owner: randomUUID(),
  }
  const { worker, run } = createAggregator(config, world, queues.worked, logger, telemetry)
  const { metrics } = telemetry
  resources.use(await watchService({ app: 'aggregator', config, worker, metrics }))
  const oldestWorkMs = () => worker.stats().oldestMs
  resources.use(protectTask({ agentUri: config.ECS_AGENT_URI, oldestWorkMs, logger }))
  const begin = setTimeout(beginThread, THREAD_BEGINS_MS)
  resources.defer(() => clearTimeout(begin))
  signals.ready()
  await run(signals)
}

interface Aggregator {
  readonly worker: Worker
  /** Runs the worker and the watches over jobs and backlog. */
  run(signals: Pick<ServiceSignals, 'drain' | 'abort'>): Promise<void>
}

/** The aggregator over clients that are open already: what the simulation of `e2e` runs too. */
export function createAggregator(
  config: Config,
  world: World,
  queue: WorkerQueues,
  logger: Logger,
  telemetry: Telemetry = noTelemetry,
): Aggregator {
  const { metrics, tracer } = telemetry
  const lag = watchLag(metrics, Date.now)
  const takePlace = createPlaces()
  const deps = {
    job: createDeps(config, world, metrics, takePlace),
    export: createExportDeps(config, world, takePlace),
    events: createEventDeps(world),
  }
  const worker = createWorker({
    queue,
    concurrency: limits.resultsAtOnce,
    visibilityTimeoutSeconds: config.MILLRACE_VISIBILITY_SECONDS,
    receiveWaitSeconds: config.MILLRACE_RECEIVE_WAIT_SECONDS,
    logger,
    handle: (message, signal) => {
      lag(message.sentAtMs)
      const follows = { follows: 'returns' } as const
      return processSpan(tracer, queue.receive.url, message, follows, () =>
        handle(deps, { logger, metrics }, message, signal),
      )
    },
  })
  return {
    worker,
    async run(signals) {
      const stopping = AbortSignal.any([signals.drain, signals.abort])
      await Promise.all([
        worker.run(signals),
        reconcileForever(
          createReconcileDeps(world, logger, metrics),
          {
            stalledMs: config.MILLRACE_STALLED_SECONDS * 1_000,
            deadlinesMs: DEADLINE_LOOK_SECONDS * 1_000,
          },
          stopping,
        ),
        watchBacklog(config, { batches: world.batches, metrics, logger }, stopping),
      ])
    },
  }
}

async function handle(
  deps: {
    readonly job: Deps
    readonly export: ExportDeps
    readonly events: EventDeps | undefined
  },
  { logger, metrics }: { logger: Logger; metrics: Metrics },
  message: Received,
  signal: AbortSignal,
): Promise<Disposition> {
  let asked: CompletionMessage
  try {
    asked = decodeCompletionMessage(message.body)
  } catch (error) {
    if (!(error instanceof ContractError)) throw error
    logger.warn({ error, messageId: message.messageId }, 'completion message refused')
    return { kind: 'dead_letter', code: error.code, reason: error.message }
  }
  const { jobId, exportId } = asked
  const outcome =
    exportId === undefined
      ? await lookAtJob(deps.job, metrics, jobId, signal)
      : await exportResult(deps.export, { jobId, exportId }, signal)
  const { kind, ...facts } = outcome
  const level = kind === 'failed' || kind === 'lost' ? 'warn' : 'info'
  const what = exportId === undefined ? 'job looked at' : 'export looked at'
  logger[level]({ ...asked, attempt: message.attempt, ...facts, outcome: kind }, what)
  const disposition = dispositionOf(outcome)
  if (exportId !== undefined || disposition.kind !== 'acknowledge') return disposition
  const told = deps.events === undefined || (await tellEvents(deps.events, jobId, signal))
  return told ? disposition : { kind: 'requeue', delaySeconds: HELD_SECONDS }
}

async function lookAtJob(
  deps: Deps,
  metrics: Metrics,
  jobId: JobId,
  signal: AbortSignal,
): Promise<AggregateOutcome> {
  const outcome = await aggregateJob(deps, jobId, signal)
  if (outcome.kind === 'finished') metrics.count('millrace.jobs.ended', 1, outcome.state)
  if (outcome.kind === 'failed') metrics.count('millrace.jobs.ended', 1, 'failed')
  return outcome
}

function dispositionOf(outcome: AggregateOutcome | ExportOutcome): Disposition {
  switch (outcome.kind) {
    case 'finished':
    case 'failed':
    case 'ended':
    case 'not_ready':
    case 'unknown':
      return { kind: 'acknowledge' }
    case 'held':
    case 'lost':
      // Whoever holds it may die: the message stays alive until the job has ended.
      return { kind: 'requeue', delaySeconds: HELD_SECONDS }
    default:
      return outcome satisfies never
  }
}

const HELD_SECONDS = 15
