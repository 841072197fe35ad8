import {
  type MetricApp,
  metricCatalogue,
  type MetricDefinition,
  type MetricName,
} from '@millrace/job'
import type * as pulumi from '@pulumi/pulumi'

/** A metric as CloudWatch knows it. */
export interface MetricOf {
  readonly namespace: string
  readonly metricName: string
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>
}

/**
 * A metric of the catalogue.
 *
 * @param value of the metric's own dimension, where it has one.
 * @throws {Error} when the app does not emit the metric, or not with this value.
 */
export function ours(
  namespace: string,
  name: MetricName,
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

/**
 * Metrics that AWS's services emit, with their dimensions: "Available CloudWatch metrics for Amazon
 * SQS", "Amazon SageMaker AI metrics in Amazon CloudWatch", "Types of metrics for Lambda functions",
 * "Monitoring Amazon EventBridge".
 */
export const awsMetrics = {
  'AWS/SQS': {
    dimensions: ['QueueName'],
    names: [
      'ApproximateAgeOfOldestMessage',
      'ApproximateNumberOfMessagesVisible',
      'NumberOfMessagesReceived',
    ],
  },
  'AWS/SageMaker': {
    dimensions: ['EndpointName', 'VariantName'],
    names: ['Invocation4XXErrors', 'Invocation5XXErrors', 'ModelLatency'],
  },
  'AWS/Lambda': { dimensions: ['FunctionName'], names: ['Errors'] },
  'AWS/Events': { dimensions: ['RuleName'], names: ['FailedInvocations'] },
} as const

type AwsNamespace = keyof typeof awsMetrics

/** A metric of an AWS service, by the values of its dimensions in their order. */
export function awsMetric<N extends AwsNamespace>(
  namespace: N,
  metricName: (typeof awsMetrics)[N]['names'][number],
  ...values: readonly pulumi.Input<string>[]
): MetricOf {
  const { dimensions } = awsMetrics[namespace]
  const pairs = dimensions.map((dimension, index) => {
    const value = values[index]
    if (value === undefined) throw new Error(`${metricName} needs a ${dimension}`)
    return [dimension, value]
  })
  return { namespace, metricName, dimensions: Object.fromEntries(pairs) }
}
