import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { awsMetric } from './metrics.ts'
import type { EndpointSettings } from './settings.ts'

/** Until a copy is up that was asked for: an instance starts, and loads its model. */
const WAKE_SECONDS = 300

/**
 * Lets an endpoint grow and shrink with its invocations, so with the fleet: the instances of its
 * variant, or the copies of an inference component, these down to none. The endpoint itself is not of
 * this stack.
 */
export class EndpointScaling extends pulumi.ComponentResource {
  constructor(endpoint: EndpointSettings, options?: pulumi.ComponentResourceOptions) {
    const { name, variant, scaling } = endpoint
    super('millrace:EndpointScaling', name, {}, options)
    if (scaling === undefined) return
    const component = scaling.inferenceComponent
    const target = new aws.appautoscaling.Target(
      `${name}-endpoint`,
      {
        serviceNamespace: 'sagemaker',
        minCapacity: scaling.min,
        maxCapacity: scaling.max,
        ...(component === undefined
          ? {
              resourceId: `endpoint/${name}/variant/${variant}`,
              scalableDimension: 'sagemaker:variant:DesiredInstanceCount',
            }
          : {
              resourceId: `inference-component/${component}`,
              scalableDimension: 'sagemaker:inference-component:DesiredCopyCount',
            }),
      },
      { parent: this },
    )
    const predefinedMetricType =
      component === undefined
        ? 'SageMakerVariantInvocationsPerInstance'
        : 'SageMakerInferenceComponentInvocationsPerCopy'
    if (component !== undefined && scaling.min === 0) this.wake(name, component, target)
    // oxlint-disable-next-line no-new -- a resource registers itself.
    new aws.appautoscaling.Policy(
      `${name}-endpoint`,
      {
        policyType: 'TargetTrackingScaling',
        serviceNamespace: target.serviceNamespace,
        scalableDimension: target.scalableDimension,
        resourceId: target.resourceId,
        targetTrackingScalingPolicyConfiguration: {
          targetValue: scaling.invocationsPerMinute,
          predefinedMetricSpecification: { predefinedMetricType },
          scaleOutCooldown: 60,
          // A model takes minutes to load: what is gone is not back soon.
          scaleInCooldown: 600,
        },
      },
      { parent: this },
    )
    this.registerOutputs({})
  }

  /**
   * What has no copies has no invocations a copy, either: it is woken by the invocations that it refuses.
   *
   * https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html
   */
  private wake(
    endpoint: string,
    component: string,
    { serviceNamespace, scalableDimension, resourceId }: aws.appautoscaling.Target,
  ): void {
    const name = `${endpoint}-wake`
    const policy = new aws.appautoscaling.Policy(
      name,
      {
        policyType: 'StepScaling',
        serviceNamespace,
        scalableDimension,
        resourceId,
        stepScalingPolicyConfiguration: {
          adjustmentType: 'ChangeInCapacity',
          metricAggregationType: 'Maximum',
          cooldown: WAKE_SECONDS,
          stepAdjustments: [{ metricIntervalLowerBound: '0', scalingAdjustment: 1 }],
        },
      },
      { parent: this },
    )
    // oxlint-disable-next-line no-new -- a resource registers itself.
    new aws.cloudwatch.MetricAlarm(
      name,
      {
        alarmDescription: `Scaling: ${component} wake. No action is needed.`,
        ...awsMetric('inferenceComponent', 'NoCapacityInvocationFailures', component),
        statistic: 'Maximum',
        period: 60,
        evaluationPeriods: 1,
        comparisonOperator: 'GreaterThanOrEqualToThreshold',
        threshold: 1,
        treatMissingData: 'missing',
        alarmActions: [policy.arn],
      },
      { parent: this },
    )
  }
}
