import type { PinnedObject } from '@millrace/job'
import { StorageError } from '../storage-error.ts'

/**
 * Trusts nothing about a range that was not said: a proxy may answer with the whole object, and a
 * server may count another way. The whole object may come without a `Content-Range`.
 *
 * @throws {StorageError} `response_invalid`
 */
export function checkRange(
  object: PinnedObject,
  start: number,
  bytes: number,
  contentRange: string | undefined,
  contentLength: number | undefined,
): void {
  const wanted = `bytes ${start}-${start + bytes - 1}/${object.bytes}`
  const isWhole = start === 0 && bytes === object.bytes && contentLength === bytes
  if (contentRange === wanted || (contentRange === undefined && isWhole)) return
  const came = contentRange ?? `${contentLength ?? 'some'} bytes without a range`
  throw new StorageError('response_invalid', 'read', object.uri, `wanted ${wanted}, got ${came}`)
}
