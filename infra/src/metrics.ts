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
 * "Monitoring Amazon EventBridge", "Scale an endpoint to zero instances".
 */
export const awsMetrics = {
  queue: {
    namespace: 'AWS/SQS',
    dimensions: ['QueueName'],
    names: [
      'ApproximateAgeOfOldestMessage',
      'ApproximateNumberOfMessagesVisible',
      'NumberOfMessagesReceived',
    ],
  },
  endpoint: {
    namespace: 'AWS/SageMaker',
    dimensions: ['EndpointName', 'VariantName'],
    names: ['Invocation4XXErrors', 'Invocation5XXErrors', 'ModelLatency'],
  },
  inferenceComponent: {
    namespace: 'AWS/SageMaker',
    dimensions: ['InferenceComponentName'],
    names: ['NoCapacityInvocationFailures'],
  },
  function: { namespace: 'AWS/Lambda', dimensions: ['FunctionName'], names: ['Errors'] },
  eventRule: { namespace: 'AWS/Events', dimensions: ['RuleName'], names: ['FailedInvocations'] },
} as const

type Emitter = keyof typeof awsMetrics

/** A metric that something of AWS emits, by the values of its dimensions in their order. */
export function awsMetric<E extends Emitter>(
  emitter: E,
  metricName: (typeof awsMetrics)[E]['names'][number],
  ...values: readonly pulumi.Input<string>[]
): MetricOf {
  const { namespace, dimensions } = awsMetrics[emitter]
  const pairs = dimensions.map((dimension, index) => {
    const value = values[index]
    if (value === undefined) throw new Error(`${metricName} needs a ${dimension}`)
    return [dimension, value]
  })
  return { namespace, metricName, dimensions: Object.fromEntries(pairs) }
}
