import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'

const APPS = ['producer', 'consumer', 'aggregator'] as const
export type App = (typeof APPS)[number]

export interface ImageOfRepository {
  readonly image: pulumi.Output<string>
  readonly repositoryArn: pulumi.Output<string>
}

const KEPT_IMAGES = 20

/** One repository an app: tags never move, images are scanned, old ones are removed. */
export class ImageRepositories extends pulumi.ComponentResource {
  readonly of: Readonly<Record<App, aws.ecr.Repository>>

  constructor(
    name: string,
    args: { readonly kmsKeyArn?: pulumi.Input<string> | undefined },
    options?: pulumi.ComponentResourceOptions,
  ) {
    super('millrace:ImageRepositories', name, {}, options)
    const create = (app: App): aws.ecr.Repository => {
      const repository = new aws.ecr.Repository(
        app,
        {
          imageTagMutability: 'IMMUTABLE',
          imageScanningConfiguration: { scanOnPush: true },
          forceDelete: true, // Images can be built again; an empty account is easier to leave.
          ...(args.kmsKeyArn === undefined
            ? {}
            : { encryptionConfigurations: [{ encryptionType: 'KMS', kmsKey: args.kmsKeyArn }] }),
        },
        { parent: this },
      )
      // oxlint-disable-next-line no-new -- a resource registers itself.
      new aws.ecr.LifecyclePolicy(
        app,
        { repository: repository.name, policy: pulumi.jsonStringify(keepLatest) },
        { parent: this },
      )
      return repository
    }
    this.of = {
      producer: create('producer'),
      consumer: create('consumer'),
      aggregator: create('aggregator'),
    }
    this.registerOutputs({})
  }

  /** Where images are pushed to. */
  urls(): Readonly<Record<App, pulumi.Output<string>>> {
    const { producer, consumer, aggregator } = this.of
    return {
      producer: producer.repositoryUrl,
      consumer: consumer.repositoryUrl,
      aggregator: aggregator.repositoryUrl,
    }
  }

  /** The image of an app by its digest; one that does not exist while there is no digest. */
  image(app: App, digest: string | undefined): ImageOfRepository {
    const { repositoryUrl, arn } = this.of[app]
    const image = pulumi.interpolate`${repositoryUrl}${digest === undefined ? ':none' : `@${digest}`}`
    return { image, repositoryArn: arn }
  }
}

const keepLatest = {
  rules: [
    {
      rulePriority: 1,
      description: `Keep the latest ${KEPT_IMAGES}`,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: KEPT_IMAGES },
      action: { type: 'expire' },
    },
  ],
}
