import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { whereaboutsOf } from './account.ts'
import { policyOf, type Statement } from './policy.ts'
import type { Settings } from './settings.ts'

/** A key of this stack's own for queues, table, buckets, logs and images, turned over each year. */
class EncryptionKey extends pulumi.ComponentResource {
  readonly key: aws.kms.Key

  constructor(
    name: string,
    args: { readonly protect: boolean },
    options?: pulumi.ComponentResourceOptions,
  ) {
    super('millrace:EncryptionKey', name, {}, options)
    this.key = new aws.kms.Key(
      name,
      {
        description: 'Millrace: messages, predictions, results and logs',
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: keyPolicy({ parent: this }),
      },
      { parent: this, protect: args.protect },
    )
    this.registerOutputs({ arn: this.key.arn })
  }

  /** SQS, DynamoDB and S3 use the key in the caller's name. */
  use(): Statement {
    return {
      Sid: 'UseKey',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: this.key.arn,
    }
  }
}

export interface Encryption {
  /** Absent when AWS's own keys are used. */
  readonly kmsKeyArn: pulumi.Output<string> | undefined
  readonly useKey: readonly Statement[]
}

export function encryptionOf(
  { encryption, protect }: Pick<Settings, 'encryption' | 'protect'>,
  options: pulumi.ComponentResourceOptions,
): Encryption {
  if (encryption === 'aws') return { kmsKeyArn: undefined, useKey: [] }
  const key = new EncryptionKey('key', { protect }, options)
  return { kmsKeyArn: key.key.arn, useKey: [key.use()] }
}

function keyPolicy(options: pulumi.InvokeOptions): pulumi.Output<string> {
  const { accountId, region } = whereaboutsOf(options)
  return policyOf([
    {
      // IAM policies of this account decide; without it nobody could ever change the key.
      Sid: 'AccountDecides',
      Principal: { AWS: pulumi.interpolate`arn:aws:iam::${accountId}:root` },
      Action: 'kms:*',
      Resource: '*',
    },
    {
      Sid: 'LogsEncrypt',
      Principal: { Service: pulumi.interpolate`logs.${region}.amazonaws.com` },
      Action: [
        'kms:Encrypt',
        'kms:Decrypt',
        'kms:ReEncrypt*',
        'kms:GenerateDataKey*',
        'kms:DescribeKey',
      ],
      Resource: '*',
      Condition: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': pulumi.interpolate`arn:aws:logs:${region}:${accountId}:*`,
        },
      },
    },
    {
      // New objects reach the encrypted jobs queue by this.
      Sid: 'EventsPublish',
      Principal: { Service: 'events.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: '*',
      Condition: { StringEquals: { 'aws:SourceAccount': accountId } },
    },
  ])
}
