import {
  type MetricApp,
  metricCatalogue,
  type MetricDefinition,
  type MetricName,
  type MetricOfKind,
  type MetricValueOf,
} from '@millrace/job'

/** What an app counts and measures, in the names of the catalogue and no others. */
export interface Metrics {
  /** Adds to a counter. */
  count<N extends MetricOfKind<'counter'>>(name: N, by: number, ...value: Value<N>): void
  /** Reads a counter's running total, which never falls, at each report; what is counted beside it is added. */
  total<N extends MetricOfKind<'counter'>>(name: N, read: () => number, ...value: Value<N>): void
  /** Reads a gauge once for each report. NaN leaves it out of this one. */
  gauge(name: MetricOfKind<'gauge'>, read: () => number): void
  /** Adds one value to a distribution, in the unit of the catalogue. */
  measure(name: MetricOfKind<'distribution'>, value: number): void
}

/** The value of a metric's own dimension; no argument for a metric that has none. */
type Value<N extends MetricName> =
  MetricValueOf<N> extends undefined ? [] : [value: MetricValueOf<N>]

/** One metric, with the value of its own dimension when it has one. */
export interface Series {
  readonly name: MetricName
  readonly definition: MetricDefinition
  readonly value: string | undefined
  /** A counter's total since the start, or a gauge now. */
  read(): number
}

/** All series of an app, whether anything was counted or not. */
export interface MetricRegistry extends Metrics {
  readonly series: readonly Series[]
  /** Takes the values of distributions as they come. */
  onMeasure: (name: MetricName, value: number) => void
}

/**
 * Keeps the totals of one app. Each counter is there from the start, with 0: an alarm on what is not
 * reported sees nothing, and a first event after a gap would have no rate.
 */
export function createMetricRegistry(app: MetricApp): MetricRegistry {
  const totals = new Map<string, number>()
  const readers = new Map<string, () => number>()
  const keyOf = (name: MetricName, value?: string) => `${name} ${value ?? ''}`
  const series = seriesOf(app).map(({ name, definition, value }) => {
    const key = keyOf(name, value)
    const absent = definition.kind === 'gauge' ? Number.NaN : 0
    const read = () => (readers.get(key)?.() ?? absent) + (totals.get(key) ?? 0)
    return { name, definition, value, read }
  })
  return {
    series,
    onMeasure: () => {},
    count(name, by, ...[value]) {
      const key = keyOf(name, value)
      totals.set(key, (totals.get(key) ?? 0) + by)
    },
    total(name, read, ...[value]) {
      readers.set(keyOf(name, value), read)
    },
    gauge(name, read) {
      readers.set(keyOf(name), read)
    },
    measure(name, value) {
      this.onMeasure(name, value)
    },
  }
}

function seriesOf(app: MetricApp) {
  const entries = Object.entries(metricCatalogue) as [MetricName, MetricDefinition][]
  return entries
    .filter(([, { apps }]) => apps.includes(app))
    .flatMap(([name, definition]) => {
      const values: readonly (string | undefined)[] = definition.dimension?.values ?? [undefined]
      return values.map((value) => ({ name, definition, value }))
    })
}

/** Counts nothing. */
export const noMetrics: Metrics = { count() {}, total() {}, gauge() {}, measure() {} }
