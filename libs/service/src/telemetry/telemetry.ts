import { type MetricApp, METRICS_NAMESPACE } from '@millrace/job'
import { pino } from 'pino'
import { z } from 'zod'
import { createEmfReport } from './emf.ts'
import { createMetricRegistry, type MetricRegistry, type Metrics, noMetrics } from './metrics.ts'
import { version } from '../config/version.ts'
import { noTracer, type Tracer } from './tracer.ts'

/**
 * The settings of metrics and traces, to be spread into an app's schema. OpenTelemetry's own variable
 * names where they are sent; nothing of it is loaded unless one of the two is `otlp`.
 */
export const telemetrySettings = {
  MILLRACE_METRICS: z
    .enum(['none', 'emf', 'otlp'])
    .default('none')
    .describe('none, emf (lines on standard output for CloudWatch Logs) or otlp (a collector)'),
  MILLRACE_METRICS_NAMESPACE: z
    .string()
    .regex(/^[\w./#:-]{1,255}$/)
    .default(METRICS_NAMESPACE)
    .describe('a CloudWatch namespace'),
  MILLRACE_METRICS_SECONDS: z.coerce
    .number()
    .min(1)
    .max(600)
    .default(60)
    .describe('seconds between two reports, 1 to 600'),
  MILLRACE_TRACES: z.enum(['none', 'otlp']).default('none').describe('none or otlp (a collector)'),
  MILLRACE_TRACES_SHARE: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('the share of traces that is kept, 0 to 1'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .default('http://127.0.0.1:4318')
    .transform((url) => url.replace(/\/$/, ''))
    .describe('an http or https URL of a collector that takes OTLP over HTTP'),
}

export type TelemetryConfig = {
  readonly [name in keyof typeof telemetrySettings]: z.output<(typeof telemetrySettings)[name]>
}

/** Where an app counts, measures and traces. */
export interface Telemetry {
  readonly metrics: Metrics
  readonly tracer: Tracer
}

/** Counts, measures and traces nothing. */
export const noTelemetry: Telemetry = { metrics: noMetrics, tracer: noTracer }

/** Starts what is configured; disposing sends what has not been sent. It never ends an app: what cannot be sent is dropped. */
export async function startTelemetry(
  app: MetricApp,
  config: TelemetryConfig,
): Promise<Telemetry & AsyncDisposable> {
  const endpointUrl = config.OTEL_EXPORTER_OTLP_ENDPOINT
  const closing: (() => Promise<void>)[] = []
  let metrics: Metrics = noMetrics
  let tracer = noTracer
  if (config.MILLRACE_METRICS !== 'none') {
    const registry = createMetricRegistry(app)
    metrics = registry
    if (config.MILLRACE_METRICS === 'emf') {
      closing.push(startEmf(app, registry, config))
    } else {
      const everySeconds = config.MILLRACE_METRICS_SECONDS
      const { startOtlpMetrics } = await import('./otlp-metrics.ts')
      const sent = startOtlpMetrics(registry, { app, version, endpointUrl, everySeconds })
      closing.push(sent.close)
    }
  }
  if (config.MILLRACE_TRACES === 'otlp') {
    const { startTracer } = await import('./otlp-traces.ts')
    const share = config.MILLRACE_TRACES_SHARE
    const started = startTracer({ app, version, endpointUrl, share })
    tracer = started.tracer
    closing.push(started.close)
  }
  return {
    metrics,
    tracer,
    async [Symbol.asyncDispose]() {
      // A collector that is gone must not keep an app from its exit code.
      await Promise.allSettled(closing.map((close) => close()))
    },
  }
}

/** Reports regularly, and once more at the end. */
function startEmf(app: MetricApp, registry: MetricRegistry, config: TelemetryConfig) {
  const output = pino.destination({ fd: 1, sync: true })
  const report = createEmfReport(registry, {
    app,
    namespace: config.MILLRACE_METRICS_NAMESPACE,
    write: (line) => void output.write(line),
    now: Date.now,
    random: Math.random,
  })
  const timer = setInterval(report, config.MILLRACE_METRICS_SECONDS * 1_000).unref()
  return async () => {
    clearInterval(timer)
    report()
  }
}
