import { encodeUriList } from '@millrace/job'
import * as pulumi from '@pulumi/pulumi'
import { whereaboutsOf } from './account.ts'
import type { DataBucket } from './data-bucket.ts'
import type { Statement } from './policy.ts'
import type { Settings } from './settings.ts'

/** Places that datasets may lie in: the stack's own bucket and those of the settings. */
export interface DatasetAccess {
  /** The value of `MILLRACE_DATASETS_ALLOWED`. */
  readonly uris: pulumi.Output<string>
  /** Reading pinned objects. */
  read(): readonly Statement[]
  /** Finding the objects below a prefix. */
  list(): readonly Statement[]
}

export function datasetAccess(own: DataBucket, others: Settings['datasets']): DatasetAccess {
  const { accountId } = whereaboutsOf({ parent: own })
  const places = others.map((other) => placeOf(other, accountId))
  const keys = others.flatMap(({ kmsKeyArn }) => kmsKeyArn ?? [])
  return {
    uris: pulumi.all([own.uri(), ...others.map(({ uri }) => uri)]).apply(encodeUriList),
    read: () => [
      {
        Sid: 'ReadDatasets',
        Action: READ_PINNED,
        Resource: pulumi.interpolate`${own.bucket.arn}/*`,
      },
      ...Object.values(Object.groupBy(places, ({ account }) => String(account))).map(readOf),
      ...(keys.length === 0
        ? []
        : [{ Sid: 'DecryptDatasets', Action: 'kms:Decrypt', Resource: keys }]),
    ],
    list: () => [
      { Sid: 'ListDatasets', Action: 's3:ListBucket', Resource: own.bucket.arn },
      ...places.map(listOf),
    ],
  }
}

/** Pinned by ETag, or by version where the bucket keeps versions. */
const READ_PINNED = ['s3:GetObject', 's3:GetObjectVersion']

/** Places of one account. */
function readOf(places: readonly Place[] = [], index: number): Statement {
  return {
    Sid: `ReadDatasets${index + 1}`,
    Action: READ_PINNED,
    Resource: places.map(({ bucket, prefix }) => `arn:aws:s3:::${bucket}/${prefix}*`),
    Condition: { StringEquals: ownedBy(places[0]?.owner) },
  }
}

/**
 * Of another's bucket only the keys below the prefix are seen. The price: an object that is not there
 * is told as "access denied", because S3 says "not found" only to who may list the whole bucket.
 */
function listOf({ bucket, prefix, owner }: Place, index: number): Statement {
  return {
    Sid: `ListDatasets${index + 1}`,
    Action: 's3:ListBucket',
    Resource: `arn:aws:s3:::${bucket}`,
    Condition: {
      StringEquals: ownedBy(owner),
      ...(prefix === '' ? {} : { StringLike: { 's3:prefix': `${prefix}*` } }),
    },
  }
}

/** A bucket that was given up, and made anew by somebody else, is not read. */
const ownedBy = (account: pulumi.Input<string> = '') => ({ 'aws:ResourceAccount': account })

interface Place {
  readonly bucket: string
  readonly prefix: string
  /** The owner; this stack's account when it is not told. */
  readonly account: string | undefined
  readonly owner: pulumi.Input<string>
}

function placeOf(
  { uri, account }: Settings['datasets'][number],
  accountId: pulumi.Input<string>,
): Place {
  const [bucket = '', ...path] = uri.slice('s3://'.length).split('/')
  return { bucket, prefix: path.join('/'), account, owner: account ?? accountId }
}
