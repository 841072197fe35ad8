import {
  type MetricApp,
  metricCatalogue,
  type MetricDefinition,
  type MetricName,
} from '@millrace/job'

export interface MetricOf {
  readonly namespace: string
  readonly metricName: MetricName
  readonly dimensions: Readonly<Record<string, string>>
}

/**
 * A metric of the catalogue as CloudWatch knows it.
 *
 * @param value of the metric's own dimension, where it has one.
 * @throws {Error} when the app does not emit the metric, or not with this value.
 */
export function alarmOn(
  name: MetricName,
  namespace: string,
  app: MetricApp,
  value?: string,
): MetricOf {
  const { apps, dimension }: MetricDefinition = metricCatalogue[name]
  if (!apps.includes(app)) throw new Error(`${name} is not emitted by the ${app}`)
  if (value === undefined ? dimension !== undefined : !dimension?.values.includes(value)) {
    throw new Error(`${name} has no ${dimension?.name ?? 'dimension'} ${value ?? 'of all values'}`)
  }
  const own = dimension === undefined || value === undefined ? {} : { [dimension.name]: value }
  return { namespace, metricName: name, dimensions: { app, ...own } }
}
