/*
 * Measures once a minute what each service has to do, so that services can sleep: nobody else is
 * awake to see that work has come. It runs on Lambda, beside the AWS clients that are there, as it is
 * but for its types.
 */
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb'
import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs'
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { type Load, measure } from './measure.ts'

/** One service, as the stack names it in `METER_SERVICES` (JSON). */
export interface Metered {
  /** What its metrics are named by: a service has another name when it was replaced. */
  readonly app: string
  readonly service: string
  readonly queueUrl: string
  readonly spareBelow: number
  /** Jobs that have not ended, or whose end is still to be told, keep it awake: it watches over them. */
  readonly watchesJobs: boolean
}

const settings = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
}
const sqs = new SQSClient({ ...settings, useQueueUrlAsEndpoint: false })
const ecs = new ECSClient(settings)
const dynamo = new DynamoDBClient(settings)

/**
 * What Lambda calls.
 *
 * @throws what a client throws, which Lambda's `Errors` counts: a gap in the metrics is no zero.
 */
export async function handler(): Promise<void> {
  const metered = JSON.parse(process.env['METER_SERVICES'] ?? '[]') as Metered[]
  const tasks = await tasksOf(metered.map(({ service }) => service))
  for (const { app, service, queueUrl, spareBelow, watchesJobs } of metered) {
    const waiting = await messagesOf(queueUrl)
    const backlog = waiting + (watchesJobs ? await activeJobs() : 0)
    emit(app, measure({ backlog, ...(tasks.get(service) ?? NO_TASKS), spareBelow }))
  }
}

type Tasks = Pick<Load, 'tasks' | 'desired'>

const NO_TASKS: Tasks = { tasks: 0, desired: 0 }

async function tasksOf(services: string[]): Promise<ReadonlyMap<string, Tasks>> {
  const cluster = process.env['METER_CLUSTER']
  const found = await ecs.send(new DescribeServicesCommand({ cluster, services }))
  return new Map(
    (found.services ?? []).map(({ serviceName = '', ...counts }) => {
      const { runningCount = 0, pendingCount = 0, desiredCount = 0 } = counts
      return [serviceName, { tasks: runningCount + pendingCount, desired: desiredCount }]
    }),
  )
}

async function messagesOf(QueueUrl: string): Promise<number> {
  const AttributeNames = [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesDelayed',
    'ApproximateNumberOfMessagesNotVisible',
  ] as const
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] })
  const { Attributes } = await sqs.send(command)
  return AttributeNames.reduce((sum, name) => sum + Number(Attributes?.[name] ?? 0), 0)
}

async function activeJobs(): Promise<number> {
  const [active, untold] = await Promise.all([jobsThatAre('yes'), jobsThatAre('untold')])
  return active + untold
}

/** Counted to 1 MB of the index: whether there is one is what matters. */
async function jobsThatAre(value: string): Promise<number> {
  const command = new QueryCommand({
    TableName: process.env['METER_LEDGER_TABLE'],
    IndexName: 'active-jobs',
    KeyConditionExpression: 'active = :value',
    ExpressionAttributeValues: { ':value': { S: value } },
    Select: 'COUNT',
  })
  const { Count } = await dynamo.send(command)
  return Count ?? 0
}

/** CloudWatch's embedded metric format: a line of JSON in the log is a metric. */
function emit(app: string, gauges: Readonly<Record<string, number>>): void {
  const line = {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        {
          Namespace: process.env['MILLRACE_METRICS_NAMESPACE'],
          Dimensions: [['app', 'service']],
          Metrics: Object.keys(gauges).map((Name) => ({ Name, Unit: 'Count' })),
        },
      ],
    },
    app: 'meter',
    service: app,
    ...gauges,
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
