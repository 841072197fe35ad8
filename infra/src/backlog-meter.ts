import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Cluster } from './cluster.ts'
import type { FargateService } from './fargate-service.ts'
import type { App } from './image-repositories.ts'
import type { LedgerTable } from './ledger-table.ts'
import type { Metered } from './meter/handler.ts'
import { policyOf, type Statement, trust } from './policy.ts'
import type { WorkQueue } from './work-queue.ts'

export interface BacklogMeterArgs {
  readonly cluster: Cluster
  readonly services: readonly {
    readonly app: App
    readonly service: FargateService
    readonly queue: WorkQueue
    readonly spareBelow: number
    readonly watchesJobs: boolean
  }[]
  readonly ledger: LedgerTable
  readonly metricsNamespace: string
  readonly architecture: 'arm64' | 'x86_64'
  readonly logRetentionDays: number
  readonly kmsKeyArn?: pulumi.Input<string> | undefined
  readonly useKey: readonly Statement[]
}

/** A function that measures the backlog once a minute. It is what stays awake while services sleep. */
export class BacklogMeter extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function
  readonly logGroup: aws.cloudwatch.LogGroup

  constructor(name: string, args: BacklogMeterArgs, options?: pulumi.ComponentResourceOptions) {
    super('millrace:BacklogMeter', name, {}, options)
    const parent = { parent: this }
    const logGroup = new aws.cloudwatch.LogGroup(
      name,
      {
        retentionInDays: args.logRetentionDays,
        ...(args.kmsKeyArn === undefined ? {} : { kmsKeyId: args.kmsKeyArn }),
      },
      parent,
    )
    const assumeRolePolicy = trust('lambda.amazonaws.com')
    this.logGroup = logGroup
    const role = new aws.iam.Role(`${name}-task`, { assumeRolePolicy }, parent)
    /* oxlint-disable no-new -- a resource registers itself. */
    const grants = { task: statementsOf(args), execution: writeLog(logGroup) }
    for (const [kind, statements] of Object.entries(grants)) {
      const policy = policyOf(statements)
      new aws.iam.RolePolicy(`${name}-${kind}`, { role: role.id, policy }, parent)
    }
    this.function = new aws.lambda.Function(
      name,
      {
        role: role.arn,
        runtime: 'nodejs24.x',
        architectures: [args.architecture],
        handler: 'handler.handler',
        code: codeOf('handler', 'measure'),
        memorySize: 256,
        timeout: 30,
        loggingConfig: { logFormat: 'Text', logGroup: logGroup.name },
        environment: { variables: environmentOf(args) },
      },
      parent,
    )
    this.everyMinute(name, parent)
    new aws.lambda.FunctionEventInvokeConfig(
      name,
      {
        functionName: this.function.name,
        // Nor is one that failed measured again: Lambda does so by itself, twice.
        maximumRetryAttempts: 0,
        maximumEventAgeInSeconds: 60,
      },
      parent,
    )
    /* oxlint-enable no-new */
    this.registerOutputs({ arn: this.function.arn })
  }

  private everyMinute(name: string, parent: pulumi.CustomResourceOptions): void {
    const rule = new aws.cloudwatch.EventRule(
      name,
      { scheduleExpression: 'rate(1 minute)', description: 'Measures the backlog of Millrace' },
      parent,
    )
    /* oxlint-disable no-new -- a resource registers itself. */
    new aws.cloudwatch.EventTarget(
      name,
      {
        rule: rule.name,
        arn: this.function.arn,
        // A minute that was missed is over.
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
      },
      parent,
    )
    new aws.lambda.Permission(
      name,
      {
        function: this.function.name,
        action: 'lambda:InvokeFunction',
        principal: 'events.amazonaws.com',
        sourceArn: rule.arn,
      },
      parent,
    )
    /* oxlint-enable no-new */
  }
}

function statementsOf({ services, ledger, useKey }: BacklogMeterArgs): readonly Statement[] {
  return [
    {
      Sid: 'CountMessages',
      Action: 'sqs:GetQueueAttributes',
      Resource: services.map(({ queue }) => queue.queue.arn),
    },
    {
      Sid: 'CountTasks',
      Action: 'ecs:DescribeServices',
      Resource: services.map(({ service }) => service.arn),
    },
    ledger.canListActiveJobs(),
    ...useKey.map((use) => ({ ...use, Action: 'kms:Decrypt' })),
  ]
}

/** What Lambda does in the function's name. */
const writeLog = ({ arn }: aws.cloudwatch.LogGroup): readonly Statement[] => [
  {
    Sid: 'WriteLog',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: pulumi.interpolate`${arn}:log-stream:*`,
  },
]

function environmentOf(args: BacklogMeterArgs): Record<string, pulumi.Input<string>> {
  const metered = args.services.map(({ app, service, queue, spareBelow, watchesJobs }) => ({
    app,
    service: service.name,
    queueUrl: queue.queue.url,
    spareBelow,
    watchesJobs,
  })) satisfies pulumi.Input<{ [key in keyof Metered]: pulumi.Input<Metered[key]> }>[]
  return {
    METER_SERVICES: pulumi.jsonStringify(metered),
    METER_CLUSTER: args.cluster.name,
    METER_LEDGER_TABLE: args.ledger.table.name,
    MILLRACE_METRICS_NAMESPACE: args.metricsNamespace,
  }
}

/** Lambda looks for JavaScript: the types are taken out, the lines stay where they are. */
function codeOf(...files: readonly string[]): pulumi.asset.AssetArchive {
  const sources = files.map((file) => {
    const path = join(import.meta.dirname, 'meter', `${file}.ts`)
    const script = stripTypeScriptTypes(readFileSync(path, 'utf8'))
    const text = script.replaceAll(/(from '\.\/\w+)\.ts'/g, "$1.mjs'")
    return [`${file}.mjs`, new pulumi.asset.StringAsset(text)]
  })
  return new pulumi.asset.AssetArchive(Object.fromEntries(sources))
}
