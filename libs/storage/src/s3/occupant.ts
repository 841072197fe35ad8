import { changedSince, type Occupant } from '../occupant.ts'
import { StorageError, type StorageErrorCode } from '../storage-error.ts'
import { headObject } from './head.ts'
import { bucketAndKey } from './place.ts'
import { type S3Deps, send } from './send.ts'

/** By one HEAD; without s3:ListBucket S3 refuses to say that there is nothing. */
export async function objectOccupant(
  deps: S3Deps,
  uri: string,
  signal: AbortSignal,
): Promise<Occupant> {
  const call = async () => headObject(deps.client, bucketAndKey(uri), signal)
  try {
    const { ETag } = await send(deps, 'look at', uri, call, signal)
    return { version: etagOf(uri, ETag) }
  } catch (error) {
    if (codeOf(error) === 'object_missing') return { version: undefined }
    throw error
  }
}

/** @throws {StorageError} `response_invalid` where S3 tells none. */
export function etagOf(uri: string, etag: string | undefined): string {
  if (etag !== undefined) return etag
  throw new StorageError('response_invalid', 'look at', uri, 'an ETag was wanted, got nothing')
}

/** What a write names so that it takes the place of the occupant, or of nothing. */
export function conditionOver(
  over: Occupant | undefined,
): { IfMatch: string } | { IfNoneMatch: '*' } | Record<string, never> {
  if (over === undefined) return {}
  return over.version === undefined ? { IfNoneMatch: '*' } : { IfMatch: over.version }
}

/**
 * Makes one write that depends on the occupant. It is refused also when it is done and its answer was lost:
 * what lies there then is our own.
 */
export async function sendOver<T>(
  deps: S3Deps,
  verb: string,
  uri: string,
  over: Occupant | undefined,
  call: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  try {
    return await send(deps, verb, uri, call, signal)
  } catch (error) {
    // If-Match finds no object to compare with where it is gone.
    const gone = over?.version !== undefined && codeOf(error) === 'object_missing'
    if (over !== undefined && (gone || codeOf(error) === 'object_changed')) {
      throw changedSince(verb, uri, error)
    }
    throw error
  }
}

const codeOf = (error: unknown): StorageErrorCode | undefined =>
  error instanceof StorageError ? error.code : undefined
