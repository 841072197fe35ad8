import type * as pulumi from '@pulumi/pulumi'
import type { Arrivals } from './arrivals.ts'
import type { BacklogMeter } from './backlog-meter.ts'
import type { App } from './image-repositories.ts'
import { awsMetric, type MetricOf, ours } from './metrics.ts'
import type { EndpointSettings } from './settings.ts'
import type { WorkQueue } from './work-queue.ts'

/** When somebody is to be told. */
export interface AlarmRule {
  readonly name: string
  /** A sentence for who is woken by it. */
  readonly says: string
  /** The section of `docs/runbook.md`. */
  readonly runbook: string
  readonly metric: MetricOf
  readonly statistic: 'Sum' | 'Maximum' | 'Average' | 'p99'
  /** Rings at this or more. */
  readonly threshold: number
  readonly minutes: number
  /** Of so many minutes, rings when so many are above; all of them when absent. */
  readonly minutesAbove?: number
  /** The minutes that are counted together; both others are multiples of it. Default 1. */
  readonly stretchMinutes?: number
  /** A gap says that something is wrong. Default: a gap says nothing. */
  readonly gapRings?: boolean
  /** A minute in which one of these is reached does not count. */
  readonly unless?: readonly {
    readonly metric: MetricOf
    readonly statistic: 'Sum' | 'Average'
    readonly atLeast: number
  }[]
}

/** A queue, and who works on it. */
export interface WatchedQueue {
  readonly work: WorkQueue
  readonly app: App
  /** Messages that a task works on at once. */
  readonly slots: number
}

export interface AlarmRuleArgs {
  readonly metricsNamespace: string
  readonly queues: Readonly<Record<string, WatchedQueue>>
  readonly meter: BacklogMeter
  readonly arrivals: Arrivals
  readonly endpoints: readonly EndpointSettings[]
  /** Batches a task, at which the fleet grows. */
  readonly backlogTarget: number
}

const HOUR_SECONDS = 3_600

export function alarmRules(args: AlarmRuleArgs): readonly AlarmRule[] {
  return [
    ...Object.entries(args.queues).flatMap(([name, queue]) =>
      queueRules(name, queue, args.metricsNamespace),
    ),
    ...args.endpoints.flatMap(endpointRules),
    ...fleetRules(args),
    ...jobRules(args.metricsNamespace),
    ...args.arrivals.rules.map(({ name }, index) => arrivalRule(name, index)),
  ]
}

function queueRules(
  queue: string,
  { work, app, slots }: WatchedQueue,
  metricsNamespace: string,
): AlarmRule[] {
  const { name } = work.queue
  return [
    {
      name: `${queue}-old`,
      says: `The oldest message of ${queue} has waited for an hour.`,
      runbook: 'old-messages',
      metric: awsMetric('queue', 'ApproximateAgeOfOldestMessage', name),
      statistic: 'Maximum',
      threshold: HOUR_SECONDS,
      minutes: 5,
    },
    {
      name: `${queue}-set-aside`,
      says: `A message of ${queue} was set aside.`,
      runbook: 'dead-letter-queue-not-empty',
      metric: awsMetric('queue', 'ApproximateNumberOfMessagesVisible', work.deadLetter.name),
      statistic: 'Maximum',
      threshold: 1,
      minutes: 1,
    },
    {
      name: `${queue}-not-received`,
      says: `Messages of ${queue} wait, and nobody who had room has received one for 15 minutes.`,
      runbook: 'nothing-is-received',
      metric: awsMetric('queue', 'ApproximateNumberOfMessagesVisible', name),
      statistic: 'Maximum',
      threshold: 1,
      minutes: 15,
      unless: [
        {
          metric: awsMetric('queue', 'NumberOfMessagesReceived', name),
          statistic: 'Sum',
          atLeast: 1,
        },
        // All slots of all tasks hold work, which may be of hours.
        {
          metric: ours(metricsNamespace, 'millrace.messages.in_flight', app),
          statistic: 'Average',
          atLeast: slots,
        },
      ],
    },
  ]
}

function endpointRules({ name, variant, latencySecondsMax }: EndpointSettings): AlarmRule[] {
  const of = (metric: Parameters<typeof awsMetric<'endpoint'>>[1]) =>
    awsMetric('endpoint', metric, name, variant)
  return [
    {
      name: `${name}-4xx`,
      says: `Endpoint ${name} refuses invocations (4xx).`,
      runbook: 'endpoint-refuses',
      metric: of('Invocation4XXErrors'),
      statistic: 'Sum',
      threshold: 100,
      minutes: 15,
      minutesAbove: 10,
    },
    {
      name: `${name}-5xx`,
      says: `Endpoint ${name} fails invocations (5xx).`,
      runbook: 'endpoint-fails',
      metric: of('Invocation5XXErrors'),
      statistic: 'Sum',
      threshold: 10,
      minutes: 5,
      minutesAbove: 3,
    },
    {
      name: `${name}-slow`,
      says: `Endpoint ${name} takes ${latencySecondsMax} s for one in a hundred invocations.`,
      runbook: 'endpoint-is-slow',
      metric: of('ModelLatency'),
      statistic: 'p99',
      threshold: latencySecondsMax * 1e6, // ModelLatency is in microseconds.
      minutes: 15,
      minutesAbove: 10,
    },
  ]
}

function fleetRules({ metricsNamespace, meter, backlogTarget }: AlarmRuleArgs): AlarmRule[] {
  const namespace = metricsNamespace
  return [
    ...(['producer', 'aggregator'] as const).map(
      (app): AlarmRule => ({
        name: `${app}-failing`,
        says: `The ${app} fails at its work for a quarter of an hour; what it gives back comes again.`,
        runbook: 'attempts-fail',
        metric: ours(namespace, 'millrace.attempts.failed', app),
        statistic: 'Sum',
        threshold: 1,
        minutes: 15,
        minutesAbove: 10,
      }),
    ),
    {
      name: 'backlog-per-task',
      says: 'The fleet is as large as it may be, or cannot grow, and does not keep up.',
      runbook: 'backlog-grows',
      metric: ours(namespace, 'millrace.service.backlog_per_task', 'meter', 'consumer'),
      statistic: 'Maximum',
      threshold: 10 * backlogTarget,
      minutes: 30,
    },
    {
      name: 'throttled',
      says: 'The endpoint throttles again and again: it serves less than the settings say.',
      runbook: 'endpoint-throttles',
      metric: ours(namespace, 'millrace.throttles', 'consumer'),
      statistic: 'Sum',
      // A limiter that has found the limit asks for more once in some fifty latencies, and is throttled once
      // for it (`limiter/asked-again.test.ts` of the invocation); one that may have all it asks for never is.
      // In every stretch: live traffic of some seconds each five minutes, told of in two minutes, is in eight of ten.
      threshold: 1,
      stretchMinutes: 3,
      minutes: 30,
    },
    {
      name: 'endpoint-gone',
      says: 'A consumer has stopped receiving because the endpoint does not answer.',
      runbook: 'endpoint-does-not-answer',
      metric: ours(namespace, 'millrace.circuit.open', 'consumer'),
      statistic: 'Maximum',
      threshold: 1,
      minutes: 10,
    },
    {
      name: 'visibility-lost',
      says: 'Consumers lose messages that they work on; work is done twice.',
      runbook: 'heartbeats-lost',
      metric: ours(namespace, 'millrace.heartbeats.lost', 'consumer'),
      statistic: 'Sum',
      threshold: 5,
      minutes: 15,
      minutesAbove: 3,
    },
    {
      name: 'meter-failing',
      says: 'The meter fails: services neither wake nor sleep.',
      runbook: 'meter-is-silent',
      metric: awsMetric('function', 'Errors', meter.function.name),
      statistic: 'Sum',
      threshold: 1,
      minutes: 10,
      minutesAbove: 5,
    },
    {
      name: 'meter-silent',
      says: 'The meter says nothing: services neither wake nor sleep.',
      runbook: 'meter-is-silent',
      metric: ours(namespace, 'millrace.service.backlog', 'meter', 'consumer'),
      statistic: 'Maximum',
      threshold: Number.MAX_SAFE_INTEGER, // Only a gap rings.
      minutes: 15,
      gapRings: true,
    },
  ]
}

function arrivalRule(rule: pulumi.Input<string>, index: number): AlarmRule {
  return {
    name: `arrivals-${index}-lost`,
    says: `EventBridge cannot send new objects of template ${index} to the jobs queue.`,
    runbook: 'objects-do-not-arrive',
    metric: awsMetric('eventRule', 'FailedInvocations', rule),
    statistic: 'Sum',
    threshold: 1,
    minutes: 1,
  }
}

function jobRules(namespace: string): AlarmRule[] {
  return [
    {
      name: 'job-stalled',
      says: 'A job stands still: no batch of it was recorded.',
      runbook: 'job-stalled',
      metric: ours(namespace, 'millrace.jobs.stalled', 'aggregator'),
      statistic: 'Sum',
      threshold: 1,
      minutes: 60,
      minutesAbove: 2,
    },
    {
      name: 'job-at-risk',
      says: 'A job will have ended after its deadline, or is late.',
      runbook: 'job-will-be-late',
      metric: ours(namespace, 'millrace.jobs.at_risk', 'aggregator'),
      statistic: 'Maximum',
      threshold: 1,
      minutes: 5,
    },
    {
      name: 'job-failed-planning',
      says: 'A job failed before its first batch.',
      runbook: 'job-failed',
      metric: ours(namespace, 'millrace.jobs.ended', 'producer', 'failed'),
      statistic: 'Sum',
      threshold: 1,
      minutes: 1,
    },
    {
      name: 'job-failed',
      says: 'A job failed while its batches were scored.',
      runbook: 'job-failed',
      metric: ours(namespace, 'millrace.jobs.ended', 'consumer', 'failed'),
      statistic: 'Sum',
      threshold: 1,
      minutes: 1,
    },
    {
      name: 'job-failed-aggregating',
      says: 'A job failed when its result was to be written.',
      runbook: 'job-failed',
      metric: ours(namespace, 'millrace.jobs.ended', 'aggregator', 'failed'),
      statistic: 'Sum',
      threshold: 1,
      minutes: 1,
    },
    {
      name: 'integrity',
      says: 'The parts of a job do not account for each row; there is no result.',
      runbook: 'rows-do-not-balance',
      metric: ours(namespace, 'millrace.accounting.failures', 'aggregator'),
      statistic: 'Sum',
      threshold: 1,
      minutes: 1,
    },
  ]
}
