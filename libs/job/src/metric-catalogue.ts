/*
 * Every metric there is, in one closed list. Apps can emit no other, alarms and dashboards name no
 * other, and `docs/metrics.md` is made of it.
 *
 * A job, a batch, a dataset or an endpoint is never a dimension: each value of a dimension is a metric
 * that is paid for, and there is no end of jobs. Which job it was is in the log lines and the traces.
 */

/** The meter is the function that measures the backlog while services sleep (`infra/src/meter`). */
export type MetricApp = 'producer' | 'consumer' | 'aggregator' | 'meter'

export interface MetricDefinition {
  /**
   * `counter`: what happened since the last report, to be summed. `gauge`: what holds at the report.
   * `distribution`: single values, of which percentiles are wanted.
   */
  readonly kind: 'counter' | 'gauge' | 'distribution'
  readonly unit: 'count' | 'seconds'
  /** Who emits it; the app's name is a dimension of each metric. */
  readonly apps: readonly MetricApp[]
  /** One further dimension at most, with all the values it can have. */
  readonly dimension?: { readonly name: string; readonly values: readonly string[] }
  /** A sentence for who reads it at night. */
  readonly meaning: string
}

/** CloudWatch's namespace, unless the configuration names another: two deployments need two. */
export const METRICS_NAMESPACE = 'Millrace'

/** Whose backlog it is. */
const service = { name: 'service', values: ['producer', 'consumer', 'aggregator'] } as const

const everyApp = ['producer', 'consumer', 'aggregator'] as const

export const metricCatalogue = {
  'millrace.backlog_per_task': {
    kind: 'gauge',
    unit: 'count',
    apps: ['aggregator'],
    meaning:
      'Batches visible and in flight, divided by the consumers that run (by one when none does), rounded up. Where no meter runs, consumers are scaled by it.',
  },
  'millrace.service.backlog': {
    kind: 'gauge',
    unit: 'count',
    apps: ['meter'],
    dimension: service,
    meaning:
      "Messages of a service's queue, visible, delayed and in flight; for the aggregator the jobs that have not ended too, because it watches over them.",
  },
  'millrace.service.backlog_per_task': {
    kind: 'gauge',
    unit: 'count',
    apps: ['meter'],
    dimension: service,
    meaning:
      'The backlog divided by the tasks that run, start or are wanted (by one when none is), rounded up. What consumers are scaled by.',
  },
  'millrace.service.backlog_unattended': {
    kind: 'gauge',
    unit: 'count',
    apps: ['meter'],
    dimension: service,
    meaning: 'The backlog while no task is wanted, else 0. What wakes a service.',
  },
  'millrace.service.tasks_spare': {
    kind: 'gauge',
    unit: 'count',
    apps: ['meter'],
    dimension: service,
    meaning:
      'Tasks, of those that run and are wanted, that the others could do without. What the fleet shrinks by.',
  },
  'millrace.messages.received': {
    kind: 'counter',
    unit: 'count',
    apps: everyApp,
    meaning: "Messages received from the app's queue, redeliveries included.",
  },
  'millrace.messages.settled': {
    kind: 'counter',
    unit: 'count',
    apps: everyApp,
    dimension: {
      name: 'settlement',
      values: ['acknowledged', 'released', 'requeued', 'dead_lettered', 'left'],
    },
    meaning:
      'What became of messages: done; given back for another attempt; given back uncharged; set aside with a reason; or left to their visibility timeout because SQS did not answer.',
  },
  'millrace.attempts.failed': {
    kind: 'counter',
    unit: 'count',
    apps: everyApp,
    meaning:
      'Attempts that failed: the message is given back for another, or uncharged where a service was away or refuses the app; of a batch also when what was answered begins to wait for the ledger. Not those that were cut off, nor what waits for its endpoint.',
  },
  'millrace.messages.in_flight': {
    kind: 'gauge',
    unit: 'count',
    apps: everyApp,
    meaning: 'Messages that are being worked on.',
  },
  'millrace.messages.lag': {
    kind: 'gauge',
    unit: 'seconds',
    apps: everyApp,
    meaning:
      'The age of the oldest message received since the last report, from its publication; 0 when none was. SQS leaves out what was received three times; this does not.',
  },
  'millrace.heartbeats.lost': {
    kind: 'counter',
    unit: 'count',
    apps: everyApp,
    meaning: 'Messages whose visibility was lost while they were worked on; the work was aborted.',
  },
  'millrace.receive.errors': {
    kind: 'counter',
    unit: 'count',
    apps: everyApp,
    meaning: 'Polls of the queue that failed.',
  },
  'millrace.gate.closed': {
    kind: 'counter',
    unit: 'seconds',
    apps: everyApp,
    meaning:
      'How long nothing was received by our own choice, because the endpoint does not answer.',
  },
  'millrace.rows.predicted': {
    kind: 'counter',
    unit: 'count',
    apps: ['consumer'],
    meaning: 'Rows recorded with a prediction. Its rate is the throughput.',
  },
  'millrace.rows.failed': {
    kind: 'counter',
    unit: 'count',
    apps: ['consumer'],
    meaning: 'Rows recorded as failed, each with its reason in the result.',
  },
  'millrace.batches': {
    kind: 'counter',
    unit: 'count',
    apps: ['consumer'],
    dimension: {
      name: 'outcome',
      values: [
        'recorded',
        'duplicate',
        'stale',
        'withheld',
        'postponed',
        'released',
        'rejected',
        'job_failed',
        'refused',
      ],
    },
    meaning:
      'Attempts of batches by what became of them. `duplicate` counts the repetitions that changed nothing; `stale` and `withheld` what belongs to a job that has ended or is paused; `rejected` what no job planned; `refused` what is no batch message.',
  },
  'millrace.batch.duration': {
    kind: 'distribution',
    unit: 'seconds',
    apps: ['consumer'],
    meaning: 'From the beginning of an attempt to its outcome, waiting for the endpoint included.',
  },
  'millrace.invocations': {
    kind: 'counter',
    unit: 'count',
    apps: ['consumer'],
    meaning: 'Invocations of endpoints, whatever their end.',
  },
  'millrace.invocation.duration': {
    kind: 'distribution',
    unit: 'seconds',
    apps: ['consumer'],
    meaning: 'From the request to the whole answer, of invocations that were answered.',
  },
  'millrace.invocations.in_flight': {
    kind: 'gauge',
    unit: 'count',
    apps: ['consumer'],
    meaning: 'Invocations under way.',
  },
  'millrace.throttles': {
    kind: 'counter',
    unit: 'count',
    apps: ['consumer'],
    meaning: 'Invocations that the endpoint refused because there were too many.',
  },
  'millrace.bisections': {
    kind: 'counter',
    unit: 'count',
    apps: ['consumer'],
    meaning:
      'How often rows were split in two, because they were too many for an invocation or some were at fault.',
  },
  'millrace.limit': {
    kind: 'gauge',
    unit: 'count',
    apps: ['consumer'],
    meaning:
      'Invocations at once that the consumer allows itself, as learnt from the endpoints of the last five minutes; 0 when there was none.',
  },
  'millrace.limit.changes': {
    kind: 'counter',
    unit: 'count',
    apps: ['consumer'],
    meaning: 'Changes of that limit.',
  },
  'millrace.circuit.open': {
    kind: 'gauge',
    unit: 'count',
    apps: ['consumer'],
    meaning:
      '1 while an endpoint that was asked for in the last five minutes counts as gone and is only probed, else 0.',
  },
  'millrace.job_requests': {
    kind: 'counter',
    unit: 'count',
    apps: ['producer'],
    dimension: {
      name: 'outcome',
      values: ['published', 'ended', 'paused', 'postponed', 'refused', 'failed'],
    },
    meaning:
      'Job requests by what became of them: published to the last batch; ended or paused before that; postponed while the endpoint has no room for the first rows; not allowed or not readable; failed in planning.',
  },
  'millrace.batches.published': {
    kind: 'counter',
    unit: 'count',
    apps: ['producer'],
    meaning: 'Batch messages published, those that are published again included.',
  },
  'millrace.preflight.failures': {
    kind: 'counter',
    unit: 'count',
    apps: ['producer'],
    meaning: 'Jobs that failed because the endpoint did not score their first rows.',
  },
  'millrace.jobs.ended': {
    kind: 'counter',
    unit: 'count',
    apps: everyApp,
    dimension: { name: 'state', values: ['succeeded', 'succeeded_with_failures', 'failed'] },
    meaning: 'Jobs by their final state, counted by the app that ended them.',
  },
  'millrace.jobs.stalled': {
    kind: 'counter',
    unit: 'count',
    apps: ['aggregator'],
    meaning:
      'Jobs that stood still, counted each period, whether or not they are asked for again in it.',
  },
  'millrace.jobs.at_risk': {
    kind: 'gauge',
    unit: 'count',
    apps: ['aggregator'],
    meaning:
      'Jobs that will have ended after their deadline at their pace of the last quarter of an hour, or are late.',
  },
  'millrace.accounting.failures': {
    kind: 'counter',
    unit: 'count',
    apps: ['aggregator'],
    meaning: 'Jobs whose parts do not account for each row. It must be 0: no result was written.',
  },
  'millrace.loop.lag': {
    kind: 'gauge',
    unit: 'seconds',
    apps: everyApp,
    meaning: 'The longest delay of the event loop since the last report.',
  },
} as const satisfies Readonly<Record<`millrace.${string}`, MetricDefinition>>

type Catalogue = typeof metricCatalogue

export type MetricName = keyof Catalogue

/** The metrics of one kind. */
export type MetricOfKind<K extends MetricDefinition['kind']> = {
  [N in MetricName]: Catalogue[N]['kind'] extends K ? N : never
}[MetricName]

/** The values of a metric's own dimension; `undefined` when it has none. */
export type MetricValueOf<N extends MetricName> = Catalogue[N] extends {
  readonly dimension: { readonly values: readonly (infer V extends string)[] }
}
  ? V
  : undefined
