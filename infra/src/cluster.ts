import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Statement } from './policy.ts'

/** The ECS cluster, on Fargate and Fargate Spot. */
export class Cluster extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>
  readonly name: pulumi.Output<string>

  constructor(
    name: string,
    args: { readonly containerInsights: boolean },
    options?: pulumi.ComponentResourceOptions,
  ) {
    super('millrace:Cluster', name, {}, options)
    const value = args.containerInsights ? 'enabled' : 'disabled'
    const cluster = new aws.ecs.Cluster(
      name,
      { settings: [{ name: 'containerInsights', value }] },
      { parent: this },
    )
    const providers = new aws.ecs.ClusterCapacityProviders(
      name,
      { clusterName: cluster.name, capacityProviders: ['FARGATE', 'FARGATE_SPOT'] },
      { parent: this },
    )
    this.arn = cluster.arn
    // A service that names a capacity provider must come after it is there.
    this.name = providers.clusterName
    this.registerOutputs({ arn: this.arn })
  }

  /**
   * Keeps long work from being ended by a deploy or by scaling in. The container agent asks ECS for it in
   * the task's name, and IAM cannot tell a task from another of the cluster.
   */
  canProtectTasks(): Statement {
    const tasks = this.arn.apply((arn) => arn.replace(':cluster/', ':task/'))
    return {
      Sid: 'ProtectTasks',
      Action: 'ecs:UpdateTaskProtection',
      Resource: pulumi.interpolate`${tasks}/*`,
    }
  }
}
