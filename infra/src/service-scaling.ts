import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Cluster } from './cluster.ts'
import type { FargateService } from './fargate-service.ts'
import type { App } from './image-repositories.ts'
import type { MetricName } from '@millrace/job'
import { ours } from './metrics.ts'
import type { ScalingPolicy } from './scaling/scaling-policy.ts'

export interface ServiceScalingArgs {
  readonly cluster: Cluster
  readonly service: FargateService
  readonly policy: ScalingPolicy
  readonly metricsNamespace: string
}

type Adjustment = aws.types.input.appautoscaling.PolicyStepScalingPolicyConfiguration

/**
 * Lets a service follow its backlog, from zero and to zero: the rules of `scaling/scaling-policy.ts`,
 * each an alarm on a gauge of the meter and a step policy that it triggers.
 */
export class ServiceScaling extends pulumi.ComponentResource {
  private readonly app: App
  private readonly args: ServiceScalingArgs
  private readonly target: aws.appautoscaling.Target

  constructor(app: App, args: ServiceScalingArgs, options?: pulumi.ComponentResourceOptions) {
    super('millrace:ServiceScaling', app, {}, options)
    this.app = app
    this.args = args
    const { policy, cluster, service } = args
    this.target = new aws.appautoscaling.Target(
      app,
      {
        minCapacity: 0,
        maxCapacity: policy.tasksMax,
        serviceNamespace: 'ecs',
        scalableDimension: 'ecs:service:DesiredCount',
        resourceId: pulumi.interpolate`service/${cluster.name}/${service.name}`,
      },
      { parent: this },
    )
    this.wake(policy)
    if (policy.tasksMax > 1) {
      this.grow(policy)
      this.shrink(policy)
    }
    this.sleep(policy)
    this.registerOutputs({})
  }

  private wake({ wake, target }: ScalingPolicy): void {
    const steps = wake.map(({ from, tasks }, index) => ({
      ...boundsOf(1, Math.max(1, from * target), (wake[index + 1]?.from ?? Infinity) * target),
      scalingAdjustment: tasks,
    }))
    this.rule('wake', {
      metric: 'millrace.service.backlog_unattended',
      threshold: 1,
      minutes: 1,
      adjustment: { adjustmentType: 'ChangeInCapacity', cooldown: 60, stepAdjustments: steps },
    })
  }

  private grow({ grow, growCooldownSeconds, target }: ScalingPolicy): void {
    const steps = grow.map(({ from, percent }, index) => ({
      ...boundsOf(target, from * target, (grow[index + 1]?.from ?? Infinity) * target),
      scalingAdjustment: percent,
    }))
    this.rule('grow', {
      metric: 'millrace.service.backlog_per_task',
      threshold: target,
      minutes: 1,
      adjustment: {
        adjustmentType: 'PercentChangeInCapacity',
        minAdjustmentMagnitude: 1,
        cooldown: growCooldownSeconds,
        stepAdjustments: steps,
      },
    })
  }

  private shrink({ shrink, shrinkCooldownSeconds }: ScalingPolicy): void {
    this.rule('shrink', {
      metric: 'millrace.service.tasks_spare',
      threshold: 1,
      minutes: shrink.minutes,
      adjustment: {
        adjustmentType: 'PercentChangeInCapacity',
        minAdjustmentMagnitude: 1,
        cooldown: shrinkCooldownSeconds,
        stepAdjustments: [{ metricIntervalLowerBound: '0', scalingAdjustment: shrink.percent }],
      },
    })
  }

  private sleep({ sleepMinutes }: ScalingPolicy): void {
    this.rule('sleep', {
      metric: 'millrace.service.backlog',
      threshold: 0,
      comparison: 'LessThanOrEqualToThreshold',
      minutes: sleepMinutes,
      adjustment: {
        adjustmentType: 'ExactCapacity',
        cooldown: 60,
        stepAdjustments: [{ metricIntervalUpperBound: '0', scalingAdjustment: 0 }],
      },
    })
  }

  private rule(
    verb: string,
    rule: {
      metric: MetricName
      threshold: number
      comparison?: string
      minutes: number
      adjustment: Adjustment
    },
  ): void {
    const name = `${this.app}-${verb}`
    const { serviceNamespace, scalableDimension, resourceId } = this.target
    const policy = new aws.appautoscaling.Policy(
      name,
      {
        policyType: 'StepScaling',
        serviceNamespace,
        scalableDimension,
        resourceId,
        stepScalingPolicyConfiguration: { metricAggregationType: 'Maximum', ...rule.adjustment },
      },
      { parent: this },
    )
    // oxlint-disable-next-line no-new -- a resource registers itself.
    new aws.cloudwatch.MetricAlarm(
      name,
      {
        alarmDescription: `Scaling: ${this.app} ${verb}. No action is needed.`,
        ...ours(this.args.metricsNamespace, rule.metric, 'meter', this.app),
        statistic: 'Maximum',
        period: 60,
        evaluationPeriods: rule.minutes,
        comparisonOperator: rule.comparison ?? 'GreaterThanOrEqualToThreshold',
        threshold: rule.threshold,
        // Without the meter nothing is known, so nothing is changed. A state that is kept would go on changing it: an alarm
        // has its policy scale again each minute that it rings, down to no task at all.
        treatMissingData: 'notBreaching',
        alarmActions: [policy.arn],
      },
      { parent: this },
    )
  }
}

/** Bounds of a step are told from the threshold of its alarm; the last has no upper one. */
function boundsOf(threshold: number, from: number, to: number) {
  return {
    metricIntervalLowerBound: String(from - threshold),
    ...(to === Infinity ? {} : { metricIntervalUpperBound: String(to - threshold) }),
  }
}
