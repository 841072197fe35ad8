import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'

const APPS = ['producer', 'consumer', 'aggregator'] as const
export type App = (typeof APPS)[number]

export interface ImageOfRepository {
  readonly image: pulumi.Output<string>
  readonly repositoryArn: pulumi.Output<string>
}

/** One repository an app: tags never move, images are scanned, those that nobody pulls are removed. */
export class ImageRepositories extends pulumi.ComponentResource {
  readonly of: Readonly<Record<App, aws.ecr.Repository>>

  constructor(
    name: string,
    args: { readonly kmsKeyArn?: pulumi.Input<string> | undefined; readonly protect: boolean },
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
        // Another key would be another repository: what runs, and what it is rolled back to, would be gone.
        { parent: this, protect: args.protect, ignoreChanges: ['encryptionConfigurations'] },
      )
      // oxlint-disable-next-line no-new -- a resource registers itself.
      new aws.ecr.LifecyclePolicy(
        app,
        { repository: repository.name, policy: pulumi.jsonStringify(forgetUnused) },
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

/**
 * A registry does not know which digest a stack names, but what runs has been pulled: the newest may be years
 * old. Images beside that are forgotten in two steps, as ECR wants it.
 */
const forgetUnused = {
  rules: [
    {
      rulePriority: 1,
      description: 'Archive what was not pulled for a year',
      selection: {
        tagStatus: 'any',
        countType: 'sinceImagePulled',
        countUnit: 'days',
        countNumber: 365,
      },
      action: { type: 'transition', targetStorageClass: 'archive' },
    },
    {
      rulePriority: 2,
      description: 'Remove what was archived for a quarter',
      selection: {
        tagStatus: 'any',
        storageClass: 'archive',
        countType: 'sinceImageTransitioned',
        countUnit: 'days',
        countNumber: 90,
      },
      action: { type: 'expire' },
    },
  ],
}
