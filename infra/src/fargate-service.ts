import { limits } from '@millrace/job'
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { whereaboutsOf } from './account.ts'
import type { Cluster } from './cluster.ts'
import { watchDeployment } from './deployment-alarm.ts'
import { HEALTH_PORT, healthCheck } from './health-check.ts'
import type { App, ImageOfRepository } from './image-repositories.ts'
import type { Network } from './network.ts'
import { policyOf, type Statement, trust } from './policy.ts'

/** What the three services of a stack have in common. */
export interface ServiceSetting extends ImageOfRepository {
  readonly cluster: Cluster
  readonly network: Network
  readonly architecture: 'arm64' | 'x86_64'
  readonly logRetentionDays: number
  readonly metricsNamespace: string
  readonly kmsKeyArn?: pulumi.Input<string> | undefined
}

export interface FargateServiceArgs extends ServiceSetting {
  readonly cpu: number
  readonly memoryMiB: number
  /** Run on Spot, at a third of the price; a task is told two minutes before it goes. */
  readonly spot: boolean
  /**
   * A deployment ends the old tasks before it starts new ones, so that there are never more than scaling allows.
   * Default: the new ones come first, and there may be twice as many for a while.
   */
  readonly endsFirst?: boolean
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>
  /** All that the app may do. */
  readonly statements: readonly Statement[]
}

/** An app as an ECS service on Fargate, with a role of its own, that scales from and to zero. */
export class FargateService extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>
  readonly arn: pulumi.Output<string>
  /** The role of the app, by which others let it in. */
  readonly taskRoleArn: pulumi.Output<string>
  readonly logGroup: aws.cloudwatch.LogGroup

  constructor(app: App, args: FargateServiceArgs, options?: pulumi.ComponentResourceOptions) {
    super('millrace:FargateService', app, {}, options)
    const parent = { parent: this }
    const { accountId, region } = whereaboutsOf(parent)
    const ofAccount = pulumi.interpolate`arn:aws:ecs:${region}:${accountId}:*`
    this.logGroup = new aws.cloudwatch.LogGroup(
      app,
      {
        retentionInDays: args.logRetentionDays,
        ...(args.kmsKeyArn === undefined ? {} : { kmsKeyId: args.kmsKeyArn }),
      },
      parent,
    )
    const roleFor = (kind: 'task' | 'execution', sources?: pulumi.Input<string>) => {
      const assumeRolePolicy = trust('ecs-tasks.amazonaws.com', sources)
      return new aws.iam.Role(`${app}-${kind}`, { assumeRolePolicy }, parent)
    }
    const task = roleFor('task', ofAccount)
    const execution = roleFor('execution') // ECS is not said to tell for what it takes this one.
    grant(`${app}-task`, task, args.statements, parent)
    grant(`${app}-execution`, execution, startTask(args.repositoryArn, this.logGroup), parent)

    const definition = new aws.ecs.TaskDefinition(
      app,
      {
        family: pulumi.interpolate`${args.cluster.name}-${app}`,
        requiresCompatibilities: ['FARGATE'],
        networkMode: 'awsvpc',
        cpu: String(args.cpu),
        memory: String(args.memoryMiB),
        runtimePlatform: {
          operatingSystemFamily: 'LINUX',
          cpuArchitecture: args.architecture === 'arm64' ? 'ARM64' : 'X86_64',
        },
        taskRoleArn: task.arn,
        executionRoleArn: execution.arn,
        containerDefinitions: pulumi.jsonStringify([containerOf(app, args, this.logGroup, region)]),
        skipDestroy: true, // What a failed deployment is rolled back to is the one before.
      },
      parent,
    )
    const failing = watchDeployment(app, args.metricsNamespace, parent)
    const capacityProvider = args.spot ? 'FARGATE_SPOT' : 'FARGATE'
    const service = new aws.ecs.Service(
      app,
      {
        cluster: args.cluster.arn,
        taskDefinition: definition.arn,
        desiredCount: 0,
        capacityProviderStrategies: [{ capacityProvider, weight: 1 }],
        forceNewDeployment: true, // Else a service that is there takes no other capacity provider.
        platformVersion: 'LATEST',
        networkConfiguration: {
          subnets: args.network.subnetIds,
          securityGroups: args.network.securityGroupIds,
          assignPublicIp: args.network.assignPublicIp,
        },
        ...(args.endsFirst === true ? endsFirst : startsFirst),
        deploymentCircuitBreaker: { enable: true, rollback: true },
        alarms: { enable: true, rollback: true, alarmNames: [failing.name] },
        enableEcsManagedTags: true,
        propagateTags: 'SERVICE',
      },
      // Scaling owns the number of tasks; a deploy leaves it as it is.
      { parent: this, ignoreChanges: ['desiredCount'] },
    )
    this.name = service.name
    this.arn = service.arn
    this.taskRoleArn = task.arn
    this.registerOutputs({ name: this.name })
  }
}

/** New tasks, then the old ones drain: they take turns on the queue. */
const startsFirst = { deploymentMinimumHealthyPercent: 100, deploymentMaximumPercent: 200 }

/** Half of one task is one: any minimum above 0 would keep the only one for ever. Rebalancing starts tasks first, too. */
const endsFirst = {
  deploymentMinimumHealthyPercent: 0,
  deploymentMaximumPercent: 100,
  availabilityZoneRebalancing: 'DISABLED',
}

function containerOf(
  app: App,
  args: FargateServiceArgs,
  logs: aws.cloudwatch.LogGroup,
  region: pulumi.Output<string>,
) {
  return {
    name: app,
    image: args.image,
    essential: true,
    stopTimeout: limits.stopTimeoutSeconds,
    healthCheck,
    user: '65532:65532', // "nonroot" of the distroless images.
    readonlyRootFilesystem: true,
    privileged: false,
    linuxParameters: { capabilities: { drop: ['ALL'] } },
    environment: Object.entries({
      AWS_REGION: region,
      // Lines of the log that CloudWatch makes metrics of: no collector, no permission.
      MILLRACE_METRICS: 'emf',
      MILLRACE_METRICS_NAMESPACE: args.metricsNamespace,
      MILLRACE_HEALTH_PORT: String(HEALTH_PORT),
      ...args.environment,
    }).map(([name, value]) => ({ name, value })),
    logConfiguration: {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': logs.name,
        'awslogs-region': region,
        'awslogs-stream-prefix': app,
        // A log service that is slow must not make the app wait.
        mode: 'non-blocking',
        'max-buffer-size': '4m',
      },
    },
  }
}

/** What ECS does before the app runs: fetch the image, open the log. */
function startTask(
  repositoryArn: pulumi.Input<string>,
  logs: aws.cloudwatch.LogGroup,
): readonly Statement[] {
  return [
    // AWS demands the wildcard: a token is for the account's whole registry.
    { Sid: 'EnterRegistry', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
    {
      Sid: 'PullImage',
      Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      Resource: repositoryArn,
    },
    {
      Sid: 'WriteLog',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: pulumi.interpolate`${logs.arn}:log-stream:*`,
    },
  ]
}

function grant(
  name: string,
  role: aws.iam.Role,
  statements: readonly Statement[],
  parent: pulumi.CustomResourceOptions,
): void {
  // oxlint-disable-next-line no-new -- a resource registers itself.
  new aws.iam.RolePolicy(name, { role: role.id, policy: policyOf(statements) }, parent)
}
