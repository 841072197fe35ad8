import type { MetricApp } from '@millrace/job'
import { z } from 'zod'
import { createHealth } from './health.ts'
import { watchLoopLag } from '../telemetry/loop-lag.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { serveHealth } from './serve-health.ts'
import { version } from '../config/version.ts'
import { type WatchedStats, type WatchedWorker, watchWorker } from './watch-worker.ts'

/** Where the health page is served, to be spread into an app's schema. */
export const healthSettings = {
  MILLRACE_HEALTH_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe('a port from 1 to 65535, or nothing for no health page'),
  MILLRACE_HEALTH_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('the address on which the health page is served'),
}

interface HealthConfig {
  readonly MILLRACE_HEALTH_PORT?: number | undefined
  readonly MILLRACE_HEALTH_HOST: string
}

/**
 * Watches the worker of an app until disposed of: reports its metrics, and serves `/healthz` and
 * `/readyz` where a port is configured.
 *
 * @throws the error of `listen`, when the port is in use.
 */
export async function watchService(options: {
  readonly app: MetricApp
  /** The app's whole configuration: the page shows it without its secrets. */
  readonly config: HealthConfig
  readonly worker: WatchedWorker<WatchedStats & { readonly pollAgeMs: number }> & {
    readonly state: string
  }
  readonly metrics: Metrics
}): Promise<AsyncDisposable> {
  const { app, config, worker, metrics } = options
  await using watching = new AsyncDisposableStack()
  const lag = watching.use(watchLoopLag())
  watchWorker(metrics, worker)
  metrics.gauge('millrace.loop.lag', () => lag.worstMs() / 1_000)
  const port = config.MILLRACE_HEALTH_PORT
  if (port !== undefined) {
    const health = createHealth({
      app,
      version,
      config,
      state: () => worker.state,
      pollAgeMs: () => worker.stats().pollAgeMs,
    })
    watching.use(health)
    watching.use(await serveHealth(health, { port, host: config.MILLRACE_HEALTH_HOST }))
  }
  return watching.move()
}
