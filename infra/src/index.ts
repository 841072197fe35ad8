/*
 * The whole system in one account: three queues, a table, two buckets, and three services that scale
 * from and to zero. Settings and examples: `docs/deploy.md`.
 */
import { limits } from '@millrace/job'
import * as pulumi from '@pulumi/pulumi'
import { inAccount, whereaboutsOf } from './account.ts'
import { createAggregator } from './aggregator.ts'
import { alarmRules } from './alarm-rules.ts'
import { Alarms } from './alarms.ts'
import { Arrivals } from './arrivals.ts'
import { BacklogMeter } from './backlog-meter.ts'
import { Cluster } from './cluster.ts'
import { createConsumer } from './consumer.ts'
import { Dashboard } from './dashboard.ts'
import { DataBucket } from './data-bucket.ts'
import { datasetAccess } from './dataset-access.ts'
import { encryptionOf } from './encryption-key.ts'
import { EndpointScaling } from './endpoint-scaling.ts'
import { type App, ImageRepositories } from './image-repositories.ts'
import { JobEvents } from './job-events.ts'
import { LedgerTable } from './ledger-table.ts'
import { Network } from './network.ts'
import { refuseLongPolicies } from './policy-size.ts'
import { createProducer } from './producer.ts'
import { budgetOf } from './resting-cost.ts'
import { scalingPoliciesOf } from './scaling-policies.ts'
import { ServiceScaling } from './service-scaling.ts'
import { readSettings } from './settings.ts'
import { WorkQueue } from './work-queue.ts'

const settings = readSettings(
  new pulumi.Config('millrace').requireObject('settings'),
  new pulumi.Config('aws').get('region'),
)
refuseLongPolicies(settings)
const { endpoints, protect, retentionDays, architecture } = settings
const account = inAccount(settings)
const { kmsKeyArn, useKey } = encryptionOf(settings, account)
const logRetentionDays = retentionDays.logs

const batches = new WorkQueue('batches', { kmsKeyArn }, account)
const completions = new WorkQueue('completions', { kmsKeyArn }, account)
const ledger = new LedgerTable('ledger', { kmsKeyArn, protect }, account)

const accessLogs = DataBucket.forAccessLogs('access-logs', retentionDays.results, account)
const uploads = new DataBucket(
  'datasets',
  {
    ...{ kmsKeyArn, protect, accessLogs, events: true },
    // A job is pinned to the version that it was submitted for, for as long as it is kept.
    replacedDays: Math.max(30, retentionDays.results + 1),
  },
  account,
)
const results = new DataBucket(
  'results',
  {
    kmsKeyArn,
    protect,
    accessLogs,
    expireDays: { 'work/': retentionDays.results, 'results/': retentionDays.results },
  },
  account,
)
const datasets = datasetAccess(uploads, settings.datasets)

const places = { datasets: uploads.uri(), results: results.uri('results/') }
const arrivals = new Arrivals('arrivals', { templates: settings.templates, places }, account)
const jobs = new WorkQueue('jobs', { kmsKeyArn, senders: arrivals.canSend }, account)
arrivals.sendTo(jobs)
const jobEvents = new JobEvents('events', { settings: settings.events, kmsKeyArn }, account)

const repositories = new ImageRepositories('images', { kmsKeyArn, protect }, account)
const network = new Network(
  'network',
  { ...settings.network, alsoCalled: jobEvents.services, logRetentionDays, kmsKeyArn },
  account,
)
const cluster = new Cluster('millrace', settings, account)

const metricsNamespace = `Millrace/${pulumi.getStack()}`
const observed = { logRetentionDays, metricsNamespace }
const fargate = { cluster, network, architecture, kmsKeyArn, useKey, ...observed }
const shared = { ...fargate, ledger, completions, datasets, results }
const image = (app: App) => repositories.image(app, settings.images?.[app])
const producer = createProducer(
  {
    ...shared,
    ...image('producer'),
    jobs,
    batches,
    endpoints,
    retentionDays: retentionDays.results,
    templates: arrivals.templates,
  },
  account,
)
const consumer = createConsumer(
  { ...shared, ...image('consumer'), batches, endpoints, size: settings.consumers },
  account,
)
const aggregator = createAggregator(
  { ...shared, ...image('aggregator'), jobs, events: jobEvents },
  account,
)

const policies = scalingPoliciesOf(settings)
const metered = [
  { service: producer, queue: jobs, app: 'producer', watchesJobs: false },
  { service: consumer, queue: batches, app: 'consumer', watchesJobs: false },
  { service: aggregator, queue: completions, app: 'aggregator', watchesJobs: true },
] as const
const meter = new BacklogMeter(
  'meter',
  {
    ...{ cluster, ledger, architecture, kmsKeyArn, useKey, ...observed },
    services: metered.map((of) => ({ ...of, spareBelow: policies[of.app].shrink.below })),
  },
  account,
)
for (const { app, service } of metered) {
  const policy = policies[app]
  // oxlint-disable-next-line no-new -- a resource registers itself.
  new ServiceScaling(app, { cluster, service, policy, metricsNamespace }, account)
}
for (const endpoint of endpoints) {
  // oxlint-disable-next-line no-new -- a resource registers itself.
  if (endpoint.scaling !== undefined) new EndpointScaling(endpoint, account)
}

const queues = { jobs, batches, completions }
const backlogTarget = policies.consumer.target
const alarms = new Alarms(
  'alarms',
  {
    rules: alarmRules({
      ...{ metricsNamespace, meter, arrivals, endpoints, backlogTarget },
      queues: {
        jobs: { work: jobs, app: 'producer', slots: limits.plansAtOnce },
        batches: { work: batches, app: 'consumer', slots: settings.consumers.concurrency },
        completions: { work: completions, app: 'aggregator', slots: limits.resultsAtOnce },
      },
    }),
    settings: settings.alarms,
    monthlyCostUsd: budgetOf(settings),
    services: [producer, consumer, aggregator],
  },
  account,
)
const alarmArns = alarms.arns
// oxlint-disable-next-line no-new -- a resource registers itself.
new Dashboard('dashboard', { metricsNamespace, queues, endpoints, alarmArns }, account)

/** The environment of whoever submits jobs; see `docs/deploy.md`. */
export const environment = {
  AWS_REGION: whereaboutsOf(account).region,
  MILLRACE_JOBS_QUEUE_URL: jobs.queue.url,
  MILLRACE_BATCHES_QUEUE_URL: batches.queue.url,
  MILLRACE_COMPLETIONS_QUEUE_URL: completions.queue.url,
  MILLRACE_JOBS_DLQ_URL: jobs.deadLetter.url,
  MILLRACE_BATCHES_DLQ_URL: batches.deadLetter.url,
  MILLRACE_COMPLETIONS_DLQ_URL: completions.deadLetter.url,
  MILLRACE_LEDGER_TABLE: ledger.table.name,
  MILLRACE_WORK_URI: results.uri('work/'),
}
export const datasetsUri = uploads.uri()
export const resultsUri = results.uri('results/')
/** The key that senders of jobs and readers of results must be let use; none with `encryption: aws`. */
export const keyArn = kmsKeyArn
/** Where alarms ring. Nobody hears them but `alarms.email` and who subscribes to it. */
export const alarmsTopicArn = alarms.topicArn
/** The roles that owners of other buckets and keys let in. */
export const taskRoleArns = {
  producer: producer.taskRoleArn,
  consumer: consumer.taskRoleArn,
  aggregator: aggregator.taskRoleArn,
}
/** What `aws ecs` is asked about. */
export const clusterName = cluster.name
export const serviceNames = {
  producer: producer.name,
  consumer: consumer.name,
  aggregator: aggregator.name,
}
/** What `aws logs tail` is asked for. */
export const logGroupNames = {
  producer: producer.logGroup.name,
  consumer: consumer.logGroup.name,
  aggregator: aggregator.logGroup.name,
  meter: meter.logGroup.name,
}
/** What the tasks are let through by: endpoints of your own VPC, or a firewall, are to let it in. */
export const taskSecurityGroupId = network.securityGroupId
export const events = jobEvents.outputs()
export const imageRepositories = repositories.urls()
