import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { PinnedObject } from '@millrace/job'
import { StorageError } from '../storage-error.ts'
import { headObject } from './head.ts'
import { bucketAndKey } from './place.ts'
import { type S3Deps, send } from './send.ts'
import { conditionOf, versionOf } from './version.ts'

/**
 * Pins one object by one HEAD.
 *
 * @param version that which is wanted; what lies there when absent.
 * @throws {StorageError} `object_changed`, or `object_missing`, where that is gone.
 */
export async function pinObject(
  deps: S3Deps,
  uri: string,
  signal: AbortSignal,
  version?: string,
): Promise<PinnedObject> {
  const place = { ...bucketAndKey(uri), ...(version === undefined ? {} : conditionOf(version)) }
  const call = async () => headObject(deps.client, place, signal)
  const found = await send(deps, 'pin', uri, call, signal)
  return { uri, bytes: found.ContentLength ?? 0, version: versionOf(uri, found) }
}

/**
 * Pins all objects below a prefix, 1,000 a request, by the ETags of the listing: a request per
 * object would make 10,000 of them slow. The empty objects that consoles make for folders (their
 * keys end in a slash) are left out.
 */
export async function pinPrefix(
  deps: S3Deps,
  uri: string,
  objectsMax: number,
  signal: AbortSignal,
): Promise<PinnedObject[]> {
  const { Bucket, Key: Prefix } = bucketAndKey(uri)
  const objects: PinnedObject[] = []
  let ContinuationToken: string | undefined
  do {
    const command = new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken })
    const call = async () => deps.client.send(command, { abortSignal: signal })
    const page = await send(deps, 'pin', uri, call, signal)
    for (const { Key = '', Size = 0, ETag } of page.Contents ?? []) {
      if (Key.endsWith('/') && Size === 0) continue
      const object = `s3://${Bucket}/${Key}`
      objects.push({ uri: object, bytes: Size, version: versionOf(object, { ETag }) })
    }
    if (objects.length > objectsMax) {
      throw new StorageError('too_large', 'pin', uri, `over ${objectsMax} objects`)
    }
    ContinuationToken = page.IsTruncated === true ? page.NextContinuationToken : undefined
  } while (ContinuationToken !== undefined)
  return objects
}
