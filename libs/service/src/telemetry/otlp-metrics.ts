import type { Attributes, ObservableResult } from '@opentelemetry/api'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import type { MetricRegistry, Series } from './metrics.ts'
import { resourceOf } from './otlp-traces.ts'

/* Imported only when it is configured: see `otlp-traces.ts`. */

const UNITS = { count: '1', seconds: 's' } as const

/** Buckets in seconds, from a batch of one row on a fast model to the longest invocation there is. */
const BUCKETS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 600]

/** Sends the registry's metrics to an OTLP endpoint over HTTP, each `everySeconds`. */
export function startOtlpMetrics(
  registry: MetricRegistry,
  options: {
    readonly app: string
    readonly version: string
    readonly endpointUrl: string
    readonly everySeconds: number
  },
): { close(): Promise<void> } {
  const provider = new MeterProvider({
    resource: resourceFromAttributes(resourceOf(options)),
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter({ url: `${options.endpointUrl}/v1/metrics` }),
        exportIntervalMillis: options.everySeconds * 1_000,
        exportTimeoutMillis: Math.min(options.everySeconds * 1_000, 10_000),
      }),
    ],
  })
  const meter = provider.getMeter('millrace', options.version)
  const byName = Map.groupBy(registry.series, ({ name }) => name)
  const measures = new Map<string, (value: number) => void>()
  for (const [name, group] of byName) {
    const { kind, unit, meaning } = group[0]?.definition ?? {}
    const facts = { unit: UNITS[unit ?? 'count'], description: meaning ?? '' }
    if (kind === 'distribution') {
      const advice = { explicitBucketBoundaries: BUCKETS }
      const histogram = meter.createHistogram(name, { ...facts, advice })
      measures.set(name, (value) => histogram.record(value))
      continue
    }
    const instrument =
      kind === 'gauge'
        ? meter.createObservableGauge(name, facts)
        : meter.createObservableCounter(name, facts)
    instrument.addCallback((result) => observe(result, group))
  }
  registry.onMeasure = (name, value) => measures.get(name)?.(value)
  return { close: () => provider.shutdown() }
}

function observe(result: ObservableResult, group: readonly Series[]): void {
  for (const series of group) {
    const value = series.read()
    if (Number.isFinite(value)) result.observe(value, attributesOf(series))
  }
}

function attributesOf({ definition, value }: Series): Attributes {
  return definition.dimension === undefined ? {} : { [definition.dimension.name]: value }
}
