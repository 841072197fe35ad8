import { createInvoke, proxiesOf } from '@millrace/invocation'
import { ContractError, type JobRequest, type JobTemplate, limits } from '@millrace/job'
import { createLedgerClient, readJob } from '@millrace/ledger'
import {
  createWorker,
  openQueues,
  type Disposition,
  type Received,
  type Worker,
  type WorkerQueues,
} from '@millrace/queue'
import {
  checkTransport,
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
import { askedAgain } from './asked-again.ts'
import type { Config } from './config.ts'
import { createDeps, type World } from './connect.ts'
import { dispositionOf } from './disposition-of.ts'
import { type Deps, type PlanOutcome, planJob } from './plan-job.ts'
import { reportOutcome, reportUnreadable } from './report-outcome.ts'
import { requestsIn } from './requests-in.ts'

/** The producer: a worker on the jobs queue that plans each job it is asked for. */
export async function produce(
  config: Config,
  logger: Logger,
  signals: ServiceSignals,
  telemetry: Telemetry = noTelemetry,
): Promise<void> {
  const proxies = proxiesOf(config)
  checkTransport('producer', config, proxies)
  const region = config.AWS_REGION
  const queues = openQueues({
    region,
    endpointUrl: endpointUrlOf(config, 'SQS'),
    url: config.MILLRACE_JOBS_QUEUE_URL,
    deadLetterUrl: config.MILLRACE_JOBS_DLQ_URL,
  })
  const dynamo = createLedgerClient({
    region,
    endpointUrl: endpointUrlOf(config, 'DYNAMODB'),
    transport: config.MILLRACE_LEDGER_TRANSPORT,
  })
  const s3 = s3WhenWanted({ region, endpoint: endpointUrlOf(config, 'S3') })
  const storage = createStorage({ s3 })
  const invoke = createInvoke({
    region,
    endpointUrl: endpointUrlOf(config, 'SAGEMAKER_RUNTIME'),
    proxies,
    transport: config.MILLRACE_INVOCATION_TRANSPORT,
    timeoutMs: config.MILLRACE_INVOCATION_TIMEOUT_SECONDS * 1_000,
  })
  await using resources = new AsyncDisposableStack()
  resources.use(queues)
  resources.defer(() => dynamo.destroy())
  resources.defer(() => storage.close())
  resources.defer(() => invoke.close())

  const world: World = {
    ledger: { client: dynamo, tableName: config.MILLRACE_LEDGER_TABLE },
    storage,
    batches: queues.publishTo(config.MILLRACE_BATCHES_QUEUE_URL),
    completions: queues.publishTo(config.MILLRACE_COMPLETIONS_QUEUE_URL),
    invoke,
  }
  const worker = createProducer(config, world, queues.worked, logger, telemetry)
  const { metrics } = telemetry
  resources.use(await watchService({ app: 'producer', config, worker, metrics }))
  const oldestWorkMs = () => worker.stats().oldestMs
  resources.use(protectTask({ agentUri: config.ECS_AGENT_URI, oldestWorkMs, logger }))
  signals.ready()
  await worker.run(signals)
}

/** The producer's worker over clients that are open already: what the simulation of `e2e` runs too. */
export function createProducer(
  config: Config,
  world: World,
  queue: WorkerQueues,
  logger: Logger,
  telemetry: Telemetry = noTelemetry,
): Worker {
  const { metrics, tracer } = telemetry
  const lag = watchLag(metrics, Date.now)
  const deps = createDeps(config, world, logger, telemetry)
  const handling: Handling = {
    logger,
    metrics,
    askedAgain: (body, signal) =>
      askedAgain(
        { readJob: (jobId, aborted) => readJob(world.ledger, jobId, aborted) },
        body,
        signal,
      ),
    templates: config.MILLRACE_TEMPLATES,
  }
  return createWorker({
    queue,
    concurrency: limits.plansAtOnce,
    visibilityTimeoutSeconds: config.MILLRACE_VISIBILITY_SECONDS,
    receiveWaitSeconds: config.MILLRACE_RECEIVE_WAIT_SECONDS,
    logger,
    handle: (message, signal) => {
      lag(message.sentAtMs)
      const follows = { follows: 'continues' } as const
      return processSpan(tracer, queue.receive.url, message, follows, () =>
        handle(deps, handling, message, signal),
      )
    },
  })
}

interface Handling {
  readonly logger: Logger
  readonly metrics: Metrics
  readonly templates: readonly JobTemplate[]
  /** The request for a job that there is, in a message that the door refuses. */
  askedAgain(body: string, signal: AbortSignal): Promise<JobRequest | undefined>
}

async function handle(
  deps: Deps,
  { logger, metrics, templates, askedAgain: again }: Handling,
  message: Received,
  signal: AbortSignal,
): Promise<Disposition> {
  let requests: readonly JobRequest[]
  try {
    requests = requestsIn(message.body, templates)
  } catch (error) {
    if (!(error instanceof ContractError)) throw error
    const known = await again(message.body, signal)
    if (known === undefined) {
      reportUnreadable({ logger, metrics }, message, error)
      return { kind: 'dead_letter', code: error.code, reason: error.message }
    }
    requests = [known]
  }
  const outcomes: PlanOutcome[] = []
  for (const request of requests) {
    const outcome = await planJob(deps, request, signal)
    reportOutcome({ logger, metrics }, { request, message }, outcome)
    outcomes.push(outcome)
  }
  return dispositionOf(outcomes)
}
