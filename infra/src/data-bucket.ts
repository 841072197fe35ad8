import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { whereaboutsOf } from './account.ts'
import { policyOf, refusePlainHttp, type Statement } from './policy.ts'

export interface DataBucketArgs {
  readonly kmsKeyArn?: pulumi.Input<string> | undefined
  readonly protect: boolean
  /** Where its access log goes. The log's own bucket has none. */
  readonly accessLogs?: DataBucket | undefined
  /** Days after which objects below a prefix are removed. Absent prefixes are kept for ever. */
  readonly expireDays?: Readonly<Record<string, number>>
  /** Days after which a version that another has replaced is removed. Default: 30. */
  readonly replacedDays?: number
  /** Tell EventBridge of new objects. Default: false. */
  readonly events?: boolean
  /** Services that write into it on behalf of this account. */
  readonly writtenBy?: 'logging.s3.amazonaws.com'
}

export type ObjectCall =
  | 'GetObject'
  | 'GetObjectVersion'
  | 'PutObject'
  | 'DeleteObject'
  | 'AbortMultipartUpload'

/** A private, versioned, encrypted bucket that refuses plain HTTP. */
export class DataBucket extends pulumi.ComponentResource {
  readonly bucket: aws.s3.Bucket

  constructor(name: string, args: DataBucketArgs, options?: pulumi.ComponentResourceOptions) {
    super('millrace:DataBucket', name, {}, options)
    const parent = { parent: this }
    this.bucket = new aws.s3.Bucket(name, {}, { parent: this, protect: args.protect })
    const bucket = this.bucket.id
    closeToThePublic(name, bucket, parent)
    encrypt(name, bucket, args.kmsKeyArn, parent)
    const versioningConfiguration = { status: 'Enabled' }
    /* oxlint-disable no-new -- a resource registers itself. */
    new aws.s3.BucketVersioning(name, { bucket, versioningConfiguration }, parent)
    new aws.s3.BucketPolicy(name, { bucket, policy: this.policy(args) }, parent)
    new aws.s3.BucketLifecycleConfiguration(name, { bucket, rules: lifecycleOf(args) }, parent)
    if (args.accessLogs !== undefined) {
      const targetBucket = args.accessLogs.bucket.id
      new aws.s3.BucketLogging(name, { bucket, targetBucket, targetPrefix: `${name}/` }, parent)
    }
    if (args.events === true) {
      new aws.s3.BucketNotification(name, { bucket, eventbridge: true }, parent)
    }
    /* oxlint-enable no-new */
    this.registerOutputs({ bucket })
  }

  /** Where the access logs of other buckets go; they are removed after some days. */
  static forAccessLogs(
    name: string,
    days: number,
    options?: pulumi.ComponentResourceOptions,
  ): DataBucket {
    const writtenBy = 'logging.s3.amazonaws.com'
    return new DataBucket(name, { protect: false, writtenBy, expireDays: { '': days } }, options)
  }

  /** `s3://bucket/prefix`. */
  uri(prefix = ''): pulumi.Output<string> {
    return pulumi.interpolate`s3://${this.bucket.id}/${prefix}`
  }

  /** Calls on the objects below a prefix. */
  can(sid: string, prefix: string, ...calls: readonly ObjectCall[]): Statement {
    return this.canOn(sid, `${prefix}*`, ...calls)
  }

  /** Calls on the objects whose keys are of a pattern, with `*` for anything. */
  canOn(sid: string, pattern: string, ...calls: readonly ObjectCall[]): Statement {
    return {
      Sid: sid,
      Action: calls.map((call) => `s3:${call}`),
      Resource: pulumi.interpolate`${this.bucket.arn}/${pattern}`,
    }
  }

  /** S3 says that an object is not there only to who may list its bucket; others are denied. */
  canTellAbsence(sid: string): Statement {
    return { Sid: sid, Action: 's3:ListBucket', Resource: this.bucket.arn }
  }

  private policy(args: DataBucketArgs): pulumi.Output<string> {
    const { arn } = this.bucket
    const objects = pulumi.interpolate`${arn}/*`
    const refuse = refusePlainHttp('s3:*', [arn, objects])
    if (args.writtenBy === undefined) return policyOf([refuse])
    const write = {
      Sid: 'ServiceWrites',
      Principal: { Service: args.writtenBy },
      Action: 's3:PutObject',
      Resource: objects,
      Condition: {
        StringEquals: { 'aws:SourceAccount': whereaboutsOf({ parent: this }).accountId },
      },
    }
    return policyOf([refuse, write])
  }
}

type Parent = pulumi.CustomResourceOptions

function closeToThePublic(name: string, bucket: pulumi.Output<string>, parent: Parent): void {
  /* oxlint-disable no-new -- a resource registers itself. */
  new aws.s3.BucketPublicAccessBlock(
    name,
    {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    parent,
  )
  const rule = { objectOwnership: 'BucketOwnerEnforced' }
  new aws.s3.BucketOwnershipControls(name, { bucket, rule }, parent)
  /* oxlint-enable no-new */
}

function encrypt(
  name: string,
  bucket: pulumi.Output<string>,
  kmsKeyArn: pulumi.Input<string> | undefined,
  parent: Parent,
): void {
  const rule =
    kmsKeyArn === undefined
      ? { applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }
      : {
          applyServerSideEncryptionByDefault: {
            sseAlgorithm: 'aws:kms',
            kmsMasterKeyId: kmsKeyArn,
          },
          // One data key an hour for a bucket, in place of one call of KMS an object.
          bucketKeyEnabled: true,
        }
  // oxlint-disable-next-line no-new -- a resource registers itself.
  new aws.s3.BucketServerSideEncryptionConfiguration(name, { bucket, rules: [rule] }, parent)
}

/** Old versions and unfinished uploads cost money and are seen by nobody. */
function lifecycleOf({
  expireDays = {},
  replacedDays = 30,
}: Pick<DataBucketArgs, 'expireDays' | 'replacedDays'>) {
  const leftovers = {
    id: 'leftovers',
    status: 'Enabled',
    filter: {},
    abortIncompleteMultipartUpload: { daysAfterInitiation: 2 },
    noncurrentVersionExpiration: { noncurrentDays: replacedDays },
  }
  const expirations = Object.entries(expireDays).map(([prefix, days]) => ({
    id: `expire ${prefix === '' ? 'all' : prefix}`,
    status: 'Enabled',
    filter: { prefix },
    expiration: { days },
  }))
  return [leftovers, ...expirations]
}
