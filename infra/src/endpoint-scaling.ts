import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { EndpointSettings } from './settings.ts'

/**
 * Lets an endpoint grow and shrink with its invocations, so with the fleet: the instances of its
 * variant, or the copies of an inference component. The endpoint itself is not of this stack.
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
}
