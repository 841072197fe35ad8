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
  return {
    uris: pulumi.all([own.uri(), ...others.map(({ uri }) => uri)]).apply(encodeUriList),
    read: () => [
      {
        Sid: 'ReadDatasets',
        Action: READ_PINNED,
        Resource: pulumi.interpolate`${own.bucket.arn}/*`,
      },
      ...readOthers(others, accountId),
    ],
    list: () => [
      { Sid: 'ListDatasets', Action: 's3:ListBucket', Resource: own.bucket.arn },
      ...listOthers(others, accountId),
    ],
  }
}

/** Pinned by ETag, or by version where the bucket keeps versions. */
const READ_PINNED = ['s3:GetObject', 's3:GetObjectVersion']

/**
 * Reading in the places of the settings: a statement an owner.
 *
 * @param accountId the owner where none is told: this stack's account.
 */
export function readOthers(
  others: Settings['datasets'],
  accountId: pulumi.Input<string>,
): readonly Statement[] {
  const keys = others.flatMap(({ kmsKeyArn }) => kmsKeyArn ?? [])
  const read = grouped(others.map(placeOf), ({ account }) => account ?? '').map(
    (places, index) => ({
      Sid: `ReadDatasets${index + 1}`,
      Action: READ_PINNED,
      Resource: places.map(({ bucket, prefix }) => `arn:aws:s3:::${bucket}/${prefix}*`),
      Condition: { StringEquals: ownedBy(places[0].account ?? accountId) },
    }),
  )
  if (keys.length === 0) return read
  return [...read, { Sid: 'DecryptDatasets', Action: 'kms:Decrypt', Resource: keys }]
}

/**
 * Listing the places of the settings, a statement a bucket. Of another's only the keys below the prefixes are
 * seen. The price: an object that is not there is told as "access denied", because S3 says "not found" only to
 * who may list the whole bucket.
 */
export function listOthers(
  others: Settings['datasets'],
  accountId: pulumi.Input<string>,
): readonly Statement[] {
  const buckets = grouped(others.map(placeOf), ({ bucket, account }) => `${account} ${bucket}`)
  return buckets.map((places, index) => {
    const [{ bucket, account }] = places
    const prefixes = places.map(({ prefix }) => prefix)
    return {
      Sid: `ListDatasets${index + 1}`,
      Action: 's3:ListBucket',
      Resource: `arn:aws:s3:::${bucket}`,
      Condition: {
        StringEquals: ownedBy(account ?? accountId),
        ...(prefixes.includes('')
          ? {}
          : { StringLike: { 's3:prefix': prefixes.map((prefix) => `${prefix}*`) } }),
      },
    }
  })
}

/** A bucket that was given up, and made anew by somebody else, is not read. */
const ownedBy = (account: pulumi.Input<string>) => ({ 'aws:ResourceAccount': account })

interface Place {
  readonly bucket: string
  readonly prefix: string
  /** The owner; this stack's account when it is not told. */
  readonly account: string | undefined
}

function placeOf({ uri, account }: Settings['datasets'][number]): Place {
  const [bucket = '', ...path] = uri.slice('s3://'.length).split('/')
  return { bucket, prefix: path.join('/'), account }
}

/** In the order in which their keys come first. */
const grouped = (
  places: readonly Place[],
  keyOf: (place: Place) => string,
): (readonly [Place, ...Place[]])[] => [
  ...(Map.groupBy(places, keyOf).values() as MapIterator<[Place, ...Place[]]>),
]
