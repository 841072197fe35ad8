import { StorageError } from '../storage-error.ts'

/*
 * The version of a pinned object is S3's VersionId where the bucket keeps versions, else the ETag in
 * its quotes. A VersionId never holds a quote, so the text says which it is. With an ETag a change
 * is refused (412); with a VersionId the pinned version is still read after a change.
 */

interface Seen {
  readonly VersionId?: string | undefined
  readonly ETag?: string | undefined
}

/** `null` is the id of what was written before the bucket kept versions; it may be overwritten. */
export function versionOf(uri: string, { VersionId, ETag }: Seen): string {
  if (VersionId !== undefined && VersionId !== 'null') return VersionId
  if (ETag !== undefined && ETag.includes('"')) return ETag
  const detail = `an ETag was wanted, got ${ETag ?? 'nothing'}`
  throw new StorageError('response_invalid', 'pin', uri, detail)
}

/** What a request names so that it gets the pinned version or nothing. */
export function conditionOf(version: string): { IfMatch: string } | { VersionId: string } {
  if (!/^[\x21-\x7e]+$/.test(version)) throw new Error(`not a version: ${JSON.stringify(version)}`)
  return version.includes('"') ? { IfMatch: version } : { VersionId: version }
}
