import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { whereaboutsOf } from './account.ts'
import type { AlarmRule } from './alarm-rules.ts'
import type { FargateService } from './fargate-service.ts'
import { policyOf } from './policy.ts'
import type { Settings } from './settings.ts'

export interface AlarmsArgs {
  readonly rules: readonly AlarmRule[]
  readonly settings: Pick<Settings['alarms'], 'email' | 'runbook'>
  /** Dollars; what costs more, or will, rings. */
  readonly monthlyCostUsd: number
  /** Whose failed deployments ring. */
  readonly services: readonly Pick<FargateService, 'arn'>[]
}

/** Rings by mail, and wherever else somebody listens to the topic; each alarm names its runbook. */
export class Alarms extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>
  readonly arns: pulumi.Output<string>[]

  constructor(name: string, args: AlarmsArgs, options?: pulumi.ComponentResourceOptions) {
    super('millrace:Alarms', name, {}, options)
    const parent = { parent: this }
    const topic = createTopic(name, args, parent)
    this.topicArn = topic.arn
    this.arns = args.rules.map(
      (rule) =>
        new aws.cloudwatch.MetricAlarm(
          rule.name,
          {
            alarmDescription: `${rule.says} ${args.settings.runbook}#${rule.runbook}`,
            ...measured(rule),
            comparisonOperator: 'GreaterThanOrEqualToThreshold',
            threshold: rule.threshold,
            ...stretchesOf(rule),
            treatMissingData: rule.gapRings === true ? 'breaching' : 'notBreaching',
            alarmActions: [topic.arn],
            okActions: [topic.arn],
          },
          parent,
        ).arn,
    )
    watchCost(name, args.monthlyCostUsd, topic, parent)
    tellRollbacks(args, topic, parent)
    this.registerOutputs({ topicArn: this.topicArn })
  }
}

type Parent = pulumi.CustomResourceOptions
type MetricAlarmArgs = aws.cloudwatch.MetricAlarmArgs

function stretchesOf({ minutes, minutesAbove = minutes, stretchMinutes = 1 }: AlarmRule) {
  return {
    evaluationPeriods: minutes / stretchMinutes,
    datapointsToAlarm: minutesAbove / stretchMinutes,
  }
}

/** One metric; or one that counts only in minutes in which others are below their bounds. */
function measured(rule: AlarmRule): Partial<MetricAlarmArgs> {
  const { metric, statistic, unless, stretchMinutes = 1 } = rule
  const period = 60 * stretchMinutes
  if (unless === undefined) {
    const { namespace, metricName, dimensions } = metric
    const by = statistic === 'p99' ? { extendedStatistic: 'p99' } : { statistic }
    return { namespace, metricName, dimensions: { ...dimensions }, period, ...by }
  }
  const query = (id: string, of: AlarmRule['metric'], stat: string) => ({
    id,
    metric: { ...of, dimensions: { ...of.dimensions }, period, stat },
  })
  const low = unless.map(({ atLeast }, index) => `FILL(other${index}, 0) < ${atLeast}`)
  return {
    metricQueries: [
      query('counted', metric, statistic),
      ...unless.map((other, index) => query(`other${index}`, other.metric, other.statistic)),
      {
        id: 'result',
        expression: `IF(${low.join(' AND ')}, counted, 0)`,
        label: 'counted while the others are low',
        returnData: true,
      },
    ],
  }
}

/** Not with the stack's key: that it is disabled has to be told, too, and alarms hold no data. */
function createTopic(name: string, { settings }: AlarmsArgs, parent: Parent) {
  const topic = new aws.sns.Topic(name, {}, parent)
  const { accountId } = whereaboutsOf(parent)
  const publish = (sid: string, service: string) => ({
    Sid: sid,
    Principal: { Service: service },
    Action: 'sns:Publish',
    Resource: topic.arn,
    Condition: { StringEquals: { 'aws:SourceAccount': accountId } },
  })
  const policy = policyOf([
    publish('AlarmsRing', 'cloudwatch.amazonaws.com'),
    publish('CostRings', 'budgets.amazonaws.com'),
    // "You can't use Condition blocks in Amazon SNS topic policies for EventBridge."
    {
      Sid: 'RollbacksRing',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sns:Publish',
      Resource: topic.arn,
    },
    {
      Sid: 'RefusePlainHttp',
      Effect: 'Deny',
      Principal: '*',
      Action: 'sns:Publish',
      Resource: topic.arn,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ])
  /* oxlint-disable no-new -- a resource registers itself. */
  new aws.sns.TopicPolicy(name, { arn: topic.arn, policy }, parent)
  if (settings.email !== undefined) {
    const subscription = { topic: topic.arn, protocol: 'email', endpoint: settings.email }
    new aws.sns.TopicSubscription(name, subscription, parent)
  }
  /* oxlint-enable no-new */
  return topic
}

/**
 * A deployment that the circuit breaker or its alarm has ended. ECS tells of it as an event; `pulumi up` has long returned,
 * for it does not wait: a task that is protected may keep a deployment for hours.
 *
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html
 */
function tellRollbacks(
  { services, settings }: AlarmsArgs,
  topic: aws.sns.Topic,
  parent: Parent,
): void {
  const rule = new aws.cloudwatch.EventRule(
    'rollbacks',
    {
      description: 'Deployments of Millrace that failed',
      eventPattern: pulumi.jsonStringify({
        source: ['aws.ecs'],
        'detail-type': ['ECS Deployment State Change'],
        resources: services.map(({ arn }) => arn),
        detail: { eventName: ['SERVICE_DEPLOYMENT_FAILED'] },
      }),
    },
    parent,
  )
  const says = `A deployment of <service> failed and is rolled back: <reason> ${settings.runbook}#deployment-fails`
  // oxlint-disable-next-line no-new -- a resource registers itself.
  new aws.cloudwatch.EventTarget(
    'rollbacks',
    {
      rule: rule.name,
      arn: topic.arn,
      inputTransformer: {
        inputPaths: { service: '$.resources[0]', reason: '$.detail.reason' },
        inputTemplate: JSON.stringify(says),
      },
    },
    parent,
  )
}

/**
 * A budget of the month for what is tagged as this stack's. A monitor of Cost Anomaly Detection by a tag only the
 * management account of an organization may have.
 */
function watchCost(name: string, usd: number, topic: aws.sns.Topic, parent: Parent): void {
  const notification = (notificationType: 'ACTUAL' | 'FORECASTED') => ({
    notificationType,
    comparisonOperator: 'GREATER_THAN',
    threshold: 100,
    thresholdType: 'PERCENTAGE',
    subscriberSnsTopicArns: [topic.arn],
  })
  // oxlint-disable-next-line no-new -- a resource registers itself.
  new aws.budgets.Budget(
    `${name}-cost`,
    {
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      limitAmount: String(usd),
      limitUnit: 'USD',
      metrics: 'UnblendedCost',
      // Both tags, as `account.ts` sets them.
      filterExpression: {
        ands: [
          { tags: { key: 'Project', values: ['millrace'] } },
          { tags: { key: 'Stack', values: [pulumi.getStack()] } },
        ],
      },
      notifications: [notification('ACTUAL'), notification('FORECASTED')],
    },
    parent,
  )
}
