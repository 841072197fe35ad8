import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { whereaboutsOf } from './account.ts'
import { awsMetric, type MetricOf, ours } from './metrics.ts'
import type { EndpointSettings } from './settings.ts'
import type { WorkQueue } from './work-queue.ts'

export interface DashboardArgs {
  readonly metricsNamespace: string
  readonly queues: Readonly<Record<string, WorkQueue>>
  readonly endpoints: readonly EndpointSettings[]
  readonly alarmArns: readonly pulumi.Input<string>[]
}

/** What an operator looks at first: does it move, does it keep up, what goes wrong. */
export class Dashboard extends pulumi.ComponentResource {
  constructor(name: string, args: DashboardArgs, options?: pulumi.ComponentResourceOptions) {
    super('millrace:Dashboard', name, {}, options)
    const { region } = whereaboutsOf({ parent: this })
    const widgets = [alarmsWidget(args.alarmArns), ...panels(args).map(widgetIn(region))]
    // Dashboards are global to an account, and another region may have a stack of this name.
    const dashboardName = pulumi.interpolate`millrace-${pulumi.getStack()}-${region}`
    const dashboardBody = pulumi.jsonStringify({ widgets })
    // oxlint-disable-next-line no-new -- a resource registers itself.
    new aws.cloudwatch.Dashboard(name, { dashboardName, dashboardBody }, { parent: this })
    this.registerOutputs({})
  }
}

interface Panel {
  readonly title: string
  readonly stat: 'Sum' | 'Maximum' | 'Average' | 'p50' | 'p99'
  readonly lines: readonly (readonly [label: string, metric: MetricOf])[]
}

function panels({ metricsNamespace, queues, endpoints }: DashboardArgs): readonly Panel[] {
  const of = (...args: [Parameters<typeof ours>[1], Parameters<typeof ours>[2], string?]) =>
    ours(metricsNamespace, ...args)
  const service = (name: Parameters<typeof ours>[1]) => of(name, 'meter', 'consumer')
  const perEndpoint = (name: 'ModelLatency' | 'Invocation4XXErrors' | 'Invocation5XXErrors') =>
    endpoints.map((it) => [it.name, awsMetric('endpoint', name, it.name, it.variant)] as const)
  const perApp = (name: Parameters<typeof ours>[1]) =>
    (['producer', 'consumer', 'aggregator'] as const).map((app) => [app, of(name, app)] as const)
  const requests = (['published', 'postponed', 'refused', 'failed'] as const).map(
    (outcome) => [outcome, of('millrace.job_requests', 'producer', outcome)] as const,
  )
  const outcomes = ['recorded', 'duplicate', 'postponed', 'released', 'rejected'] as const
  return [
    panel('Rows a minute', 'Sum', [
      ['predicted', of('millrace.rows.predicted', 'consumer')],
      ['failed', of('millrace.rows.failed', 'consumer')],
    ]),
    panel('Backlog', 'Maximum', [
      ['batches', service('millrace.service.backlog')],
      ['a task', service('millrace.service.backlog_per_task')],
    ]),
    panel('Tasks to spare', 'Maximum', [['consumers', service('millrace.service.tasks_spare')]]),
    panel(
      'Age of the oldest message (s)',
      'Maximum',
      Object.entries(queues).map(([name, { queue }]) => [
        name,
        awsMetric('queue', 'ApproximateAgeOfOldestMessage', queue.name),
      ]),
    ),
    panel(
      'Set aside',
      'Maximum',
      Object.entries(queues).map(([name, { deadLetter }]) => [
        name,
        awsMetric('queue', 'ApproximateNumberOfMessagesVisible', deadLetter.name),
      ]),
    ),
    panel('Invocations at once', 'Sum', [
      ['in flight', of('millrace.invocations.in_flight', 'consumer')],
      ['allowed', of('millrace.limit', 'consumer')],
    ]),
    panel('Invocations a minute', 'Sum', [
      ['all', of('millrace.invocations', 'consumer')],
      ['throttled', of('millrace.throttles', 'consumer')],
      ['split', of('millrace.bisections', 'consumer')],
    ]),
    panel('Invocation, as consumers see it (s)', 'p99', [
      ['p99', of('millrace.invocation.duration', 'consumer')],
    ]),
    panel('Model latency, as SageMaker sees it (µs)', 'p99', perEndpoint('ModelLatency')),
    panel('Endpoint 4xx', 'Sum', perEndpoint('Invocation4XXErrors')),
    panel('Endpoint 5xx', 'Sum', perEndpoint('Invocation5XXErrors')),
    panel(
      'Batches by outcome',
      'Sum',
      outcomes.map((outcome) => [outcome, of('millrace.batches', 'consumer', outcome)]),
    ),
    panel('Jobs ended', 'Sum', [
      ['succeeded', of('millrace.jobs.ended', 'aggregator', 'succeeded')],
      [
        'succeeded_with_failures',
        of('millrace.jobs.ended', 'aggregator', 'succeeded_with_failures'),
      ],
      // Each app ends jobs as failed, and each has an alarm of its own for it.
      ['failed in planning', of('millrace.jobs.ended', 'producer', 'failed')],
      ['failed in scoring', of('millrace.jobs.ended', 'consumer', 'failed')],
      ['failed in aggregating', of('millrace.jobs.ended', 'aggregator', 'failed')],
    ]),
    panel('Attempts that failed', 'Sum', perApp('millrace.attempts.failed')),
    panel('Job requests', 'Sum', requests),
    panel('Age of messages, as received (s)', 'Maximum', perApp('millrace.messages.lag')),
    panel('Endpoint does not answer', 'Maximum', [
      ['counts as gone', of('millrace.circuit.open', 'consumer')],
    ]),
    panel('Nothing received by choice (s)', 'Sum', [
      ['consumers', of('millrace.gate.closed', 'consumer')],
    ]),
    panel('Delay of the event loop (s)', 'Maximum', perApp('millrace.loop.lag')),
    panel('What must be 0', 'Sum', [
      ['accounting failures', of('millrace.accounting.failures', 'aggregator')],
      ['jobs stalled', of('millrace.jobs.stalled', 'aggregator')],
      ['jobs at risk', of('millrace.jobs.at_risk', 'aggregator')],
      ['heartbeats lost', of('millrace.heartbeats.lost', 'consumer')],
      ['receive errors', of('millrace.receive.errors', 'consumer')],
    ]),
  ]
}

const panel = (title: string, stat: Panel['stat'], lines: Panel['lines']): Panel => ({
  title,
  stat,
  lines,
})

const COLUMNS = 3
const WIDTH = 8
const HEIGHT = 6

const widgetIn =
  (region: pulumi.Output<string>) =>
  ({ title, stat, lines }: Panel, index: number) => ({
    type: 'metric',
    x: (index % COLUMNS) * WIDTH,
    y: 2 + Math.floor(index / COLUMNS) * HEIGHT,
    width: WIDTH,
    height: HEIGHT,
    properties: {
      title,
      stat,
      region,
      period: 60,
      view: 'timeSeries',
      metrics: lines.map(([label, { namespace, metricName, dimensions }]) => [
        namespace,
        metricName,
        ...Object.entries(dimensions).flat(),
        { label },
      ]),
    },
  })

function alarmsWidget(alarms: readonly pulumi.Input<string>[]) {
  const properties = { title: 'Alarms', alarms }
  return { type: 'alarm', x: 0, y: 0, width: COLUMNS * WIDTH, height: 2, properties }
}
