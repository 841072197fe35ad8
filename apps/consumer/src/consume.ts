import { proxiesOf } from '@millrace/invocation'
import { createWorker, openQueues, type Worker, type WorkerQueues } from '@millrace/queue'
import {
  checkTransport,
  endpointUrlOf,
  type Logger,
  noTelemetry,
  protectTask,
  type ServiceSignals,
  type Telemetry,
  watchService,
} from '@millrace/service'
import type { Config } from './config.ts'
import type { Handler } from './handler.ts'
import { handlerWhenWanted } from './handler-when-wanted.ts'
import { createMeter } from './meter.ts'

/** The consumer: a worker on the batches queue that has each batch scored and recorded. */
export async function consume(
  config: Config,
  logger: Logger,
  signals: ServiceSignals,
  telemetry: Telemetry = noTelemetry,
): Promise<void> {
  checkTransport('consumer', config, proxiesOf(config))
  const queues = openQueues({
    region: config.AWS_REGION,
    endpointUrl: endpointUrlOf(config, 'SQS'),
    url: config.MILLRACE_BATCHES_QUEUE_URL,
    deadLetterUrl: config.MILLRACE_BATCHES_DLQ_URL,
  })
  await using resources = new AsyncDisposableStack()
  resources.use(queues)
  const meter = createMeter(() => performance.now())
  queues.clients.forEach(meter.watchQueue)
  const handler = handlerWhenWanted(async () => {
    const { openHandler } = await import('./open-handler.ts')
    return openHandler(config, { queues, meter }, logger, signals.abort, telemetry)
  })
  resources.use(handler)
  const worker = createConsumer(config, handler, queues.worked, logger)
  const { metrics } = telemetry
  resources.use(await watchService({ app: 'consumer', config, worker, metrics }))
  const oldestWorkMs = () => worker.stats().oldestMs
  resources.use(protectTask({ agentUri: config.ECS_AGENT_URI, oldestWorkMs, logger }))
  signals.ready()
  await Promise.race([worker.run(signals), handler.failed])
}

/** The consumer's worker: what the simulation of `e2e` runs too. */
export function createConsumer(
  config: Config,
  handler: Handler,
  queue: WorkerQueues,
  logger: Logger,
): Worker {
  return createWorker({
    queue,
    concurrency: config.MILLRACE_CONCURRENCY,
    visibilityTimeoutSeconds: config.MILLRACE_VISIBILITY_SECONDS,
    receiveWaitSeconds: config.MILLRACE_RECEIVE_WAIT_SECONDS,
    logger,
    ready: handler.ready,
    handle: handler.handle,
  })
}
