import { setTimeout as sleep } from 'node:timers/promises'
import { type Queue, type QueueDepth, readDepth } from '@millrace/queue'
import { endpointUrlOf, type Logger, type Metrics, noMetrics } from '@millrace/service'
import type { Config } from './config.ts'

/** A look takes this at most; the next one comes at the next report. */
const LOOK_TIMEOUT_MS = 10_000

/**
 * Reports the backlog per consumer, which consumers are scaled by. It is measured here because
 * somebody has to measure it while no consumer runs. What cannot be read is not reported: a scaling
 * that sees nothing stays as it is, one that sees 0 would end healthy consumers.
 */
export async function watchBacklog(
  config: Config,
  world: {
    readonly batches: Queue | undefined
    readonly metrics: Metrics
    readonly logger: Pick<Logger, 'warn'>
  },
  signal: AbortSignal,
): Promise<void> {
  const { batches, metrics, logger } = world
  if (batches === undefined || metrics === noMetrics) return
  const running = await createRunningTasks(config)
  let backlog = Number.NaN
  metrics.gauge('millrace.backlog_per_task', () => backlog)
  while (!signal.aborted) {
    const look = AbortSignal.any([signal, AbortSignal.timeout(LOOK_TIMEOUT_MS)])
    try {
      backlog = backlogPerTask(...(await Promise.all([readDepth(batches, look), running(look)])))
    } catch (error) {
      backlog = Number.NaN
      if (!signal.aborted) logger.warn({ error }, 'backlog not read')
    }
    await sleep(config.MILLRACE_METRICS_SECONDS * 1_000, undefined, { signal }).catch(() => {})
  }
}

/** Batches that wait or are under way, for each consumer; for one when none runs. */
export function backlogPerTask({ visible, inFlight, delayed }: QueueDepth, tasks: number): number {
  return Math.ceil((visible + inFlight + delayed) / Math.max(tasks, 1))
}

type RunningTasks = (signal: AbortSignal) => Promise<number>

/** Asks ECS how many consumers run; where no service is configured there is one. */
async function createRunningTasks(config: Config): Promise<RunningTasks> {
  const [cluster, service] = config.MILLRACE_CONSUMERS_SERVICE?.split('/') ?? []
  if (cluster === undefined || service === undefined) return async () => 1
  const { DescribeServicesCommand, ECSClient } = await import('@aws-sdk/client-ecs')
  const endpoint = endpointUrlOf(config, 'ECS')
  const client = new ECSClient({
    region: config.AWS_REGION,
    maxAttempts: 2,
    ...(endpoint !== undefined && { endpoint }),
  })
  return async (abortSignal) => {
    const command = new DescribeServicesCommand({ cluster, services: [service] })
    const { services = [] } = await client.send(command, { abortSignal })
    const [found] = services
    if (found?.runningCount === undefined)
      throw new Error(`ECS has no service ${cluster}/${service}`)
    return found.runningCount
  }
}
