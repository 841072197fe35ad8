import type { MetricName } from '@millrace/job'
import type { MetricRegistry, Series } from './metrics.ts'

/*
 * CloudWatch's embedded metric format: a JSON line on standard output that CloudWatch Logs makes
 * metrics of, without a collector and without a call.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 *
 * One line holds the series of one dimension set with the same values: all that have none of their
 * own, and a line for each value of an own dimension.
 */

/** The specification takes a hundred values for a metric in one line. */
const SAMPLES_MAX = 100

export interface EmfOptions {
  readonly app: string
  readonly namespace: string
  /** Takes one line with its newline. */
  write(line: string): void
  /** Milliseconds since the epoch. */
  now(): number
  /** From 0 to 1, 1 excluded. */
  random(): number
}

/** What writes a report of all that has happened since the last one. */
export function createEmfReport(registry: MetricRegistry, options: EmfOptions): () => void {
  const { app, namespace, write, now } = options
  const reported = new Map<Series, number>()
  const samples = createSamples(options.random)
  registry.onMeasure = samples.add

  const valueOf = (series: Series): number | readonly number[] | undefined => {
    const { definition, name } = series
    if (definition.kind === 'distribution') return samples.take(name)
    const value = series.read()
    if (definition.kind === 'gauge') return Number.isFinite(value) ? value : undefined
    const since = value - (reported.get(series) ?? 0)
    reported.set(series, value)
    return since
  }
  return () => {
    const lines = Map.groupBy(registry.series, dimensionKey)
    for (const group of lines.values()) {
      const values = group.map((series) => ({ series, value: valueOf(series) }))
      const present = values.filter(({ value }) => value !== undefined)
      const [first] = present
      if (first === undefined) continue
      const own = ownDimension(first.series)
      const metrics = present.map(({ series: { name, definition } }) => {
        return { Name: name, Unit: UNITS[definition.unit] }
      })
      const document = {
        _aws: {
          Timestamp: now(),
          CloudWatchMetrics: [
            { Namespace: namespace, Dimensions: [['app', ...Object.keys(own)]], Metrics: metrics },
          ],
        },
        app,
        ...own,
        ...Object.fromEntries(present.map(({ series, value }) => [series.name, value])),
      }
      write(`${JSON.stringify(document)}\n`)
    }
  }
}

const UNITS = { count: 'Count', seconds: 'Seconds' } as const

/** The name and value of the series' own dimension, if it has one. */
function ownDimension({ definition, value }: Series): Record<string, string> {
  return definition.dimension === undefined ? {} : { [definition.dimension.name]: value ?? '' }
}

const dimensionKey = (series: Series): string => JSON.stringify(ownDimension(series))

/** A random sample of each distribution (reservoir sampling: each value has the same chance). */
function createSamples(random: () => number) {
  const reservoirs = new Map<MetricName, { seen: number; values: number[] }>()
  return {
    add(name: MetricName, value: number): void {
      const reservoir = reservoirs.get(name) ?? { seen: 0, values: [] }
      reservoirs.set(name, reservoir)
      reservoir.seen += 1
      const at =
        reservoir.seen <= SAMPLES_MAX ? reservoir.seen - 1 : Math.floor(random() * reservoir.seen)
      if (at < SAMPLES_MAX) reservoir.values[at] = value
    },
    take(name: MetricName): readonly number[] | undefined {
      const values = reservoirs.get(name)?.values
      reservoirs.delete(name)
      return values
    },
  }
}
