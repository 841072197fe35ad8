import { METRICS_NAMESPACE, type MetricDefinition, metricCatalogue } from '@millrace/job'

/** `docs/metrics.md`, made of the catalogue that the apps emit from. */
export function metricsPage(): string {
  const metrics: [string, MetricDefinition][] = Object.entries(metricCatalogue)
  const rows = metrics.map(([name, metric]) => [
    `\`${name}\``,
    metric.kind,
    metric.unit,
    metric.apps.length === 3 ? 'all' : metric.apps.join(', '),
    dimensionOf(metric),
    metric.meaning,
  ])
  return `${INTRODUCTION}\n${table([HEAD, ...rows])}\n`
}

const HEAD = ['metric', 'kind', 'unit', 'apps', 'own dimension', 'meaning']

const INTRODUCTION = `# Metrics

<!-- Made by npm run contracts from libs/job/src/metric-catalogue.ts; do not edit. -->

The whole list. The apps can emit nothing else, and a check holds that they emit all of it.

- **Where they go** is configured by \`MILLRACE_METRICS\` (see [configuration.md](configuration.md)): \`emf\` writes one JSON line a
  minute and dimension set to standard output, which CloudWatch Logs turns into metrics by itself; \`otlp\` sends them to a collector.
- **Names** are the same everywhere. In CloudWatch the namespace is \`${METRICS_NAMESPACE}\`, or what \`MILLRACE_METRICS_NAMESPACE\` says; of a stack \`Millrace/<stack>\`.
- **Dimensions**: each metric has the dimension \`app\` and, where the table says so, one of its own; both together are the only
  dimension set. A job, a batch or an endpoint is never a dimension: look for them in the logs, by the fields \`jobId\` and \`batch\`.
- **Counters** are what happened since the last report; sum them over time and tasks. They are reported when they are 0, so an
  alarm need not guess what a gap means. **Gauges** are what holds at the report: sum \`millrace.limit\` over tasks for the fleet's,
  take the maximum of \`millrace.messages.lag\`.
- **Distributions** are reported by EMF as a random sample of at most 100 values a minute and task. Percentiles and averages are
  true to it; the number of samples is not the number of events, which has a counter of its own.
`

function dimensionOf({ dimension }: MetricDefinition): string {
  if (dimension === undefined) return ''
  return `\`${dimension.name}\`: ${dimension.values.join(', ')}`
}

/** Aligned, as the formatter wants it. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column] ?? 0))))
  lines.splice(1, 0, line(widths.map((width) => '-'.repeat(width))))
  return lines.join('\n')
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
