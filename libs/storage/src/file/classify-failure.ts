import { dirname } from 'node:path'
import { StorageError, type StorageErrorCode } from '../storage-error.ts'
import { placeOf } from '../uri.ts'

interface Reason {
  readonly code: StorageErrorCode
  readonly detail: string
  readonly hint?: (path: string) => string
}

const REASONS: Readonly<Record<string, Reason>> = {
  ENOENT: { code: 'object_missing', detail: 'no such file or folder' },
  EACCES: {
    code: 'access_denied',
    detail: 'permission denied',
    hint: (path) => `give this user the right to ${path} and to every folder above it`,
  },
  EPERM: { code: 'access_denied', detail: 'operation not permitted' },
  EROFS: { code: 'access_denied', detail: 'the file system is read-only' },
  EISDIR: {
    code: 'not_a_file',
    detail: 'it is a folder',
    hint: () => 'end the URI with a slash to mean all files below the folder',
  },
  ENOTDIR: { code: 'not_a_file', detail: 'it, or something above it, is a file and not a folder' },
  EEXIST: { code: 'not_a_file', detail: 'a file stands where a folder is wanted' },
  ENOTEMPTY: { code: 'not_a_file', detail: 'it is a folder' },
  ELOOP: { code: 'not_a_file', detail: 'too many symbolic links' },
  ENXIO: { code: 'not_a_file', detail: 'it is a pipe, socket or device' },
  ENAMETOOLONG: { code: 'uri_invalid', detail: 'the name is too long' },
  ENOSPC: {
    code: 'no_space',
    detail: 'no space left',
    hint: (path) => `free some space in ${dirname(path)}, or write to another disk`,
  },
  EDQUOT: {
    code: 'no_space',
    detail: 'disk quota exceeded',
    hint: (path) => `free some space in ${dirname(path)}, or write to another disk`,
  },
  EFBIG: { code: 'too_large', detail: 'larger than the file system allows' },
  EMFILE: {
    code: 'unavailable',
    detail: 'too many open files in this process',
    hint: () => 'raise the limit with ulimit -n',
  },
  ENFILE: { code: 'unavailable', detail: 'too many open files on this machine' },
  ENOTSUP: { code: 'unsupported', detail: 'the file system does not support it' },
  ESTALE: { code: 'object_changed', detail: 'the network file system lost the file' },
}

/** Names what a call of `node:fs` threw; the operating system's word is kept in the message. */
export function classifyFileFailure(verb: string, uri: string, cause: unknown): StorageError {
  if (cause instanceof StorageError) return cause
  const { code: errno = 'unknown', message } = cause as NodeJS.ErrnoException
  const reason = REASONS[errno]
  if (!reason) return new StorageError('unknown', verb, uri, message, { cause })
  const place = placeOf(uri)
  const hint = place.kind === 'file' ? reason.hint?.(place.path) : undefined
  const detail = `${reason.detail}, ${errno}`
  return new StorageError(reason.code, verb, uri, detail, {
    cause,
    ...(hint === undefined ? {} : { hint }),
  })
}
