import { fileURLToPath, pathToFileURL } from 'node:url'
import { StorageError } from './storage-error.ts'

/** Where a URI points. A place that ends in a slash is a folder or prefix. */
export type Place =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 's3'; readonly bucket: string; readonly key: string }

const S3_URI = /^s3:\/\/([a-z0-9.-]{3,63})\/(.*)$/s

/**
 * Reads `file:///path` (percent-encoded, as RFC 8089 has it) or `s3://bucket/key` (the key as it is,
 * with no encoding, as the AWS tools write it).
 *
 * @throws {StorageError} `uri_invalid`
 */
export function placeOf(uri: string): Place {
  const known = places.get(uri)
  if (known !== undefined) return known
  const place = parsePlace(uri)
  if (places.size >= PLACES_MAX) places.clear()
  places.set(uri, place)
  return place
}

/** Each read of a batch names its object, and nearly all name the same. */
const places = new Map<string, Place>()
const PLACES_MAX = 64

function parsePlace(uri: string): Place {
  const s3 = S3_URI.exec(uri)
  if (s3) return { kind: 's3', bucket: s3[1]!, key: s3[2]! }
  if (uri.startsWith('file:///')) return { kind: 'file', path: pathOf(uri) }
  throw invalid(uri, 'wanted s3://bucket/key or file:///path')
}

/** The URI of an absolute path; a slash at its end stays. */
export const fileUri = (path: string): string => pathToFileURL(path).href

/**
 * The URI of `name` below the folder or prefix `base`. A name is one or more segments joined by `/`;
 * it never leads out of `base`: absolute names, `.`, `..`, empty segments, backslashes, control
 * characters and their percent-encoded spellings are refused, whatever a later reader may decode.
 *
 * @throws {StorageError} `uri_invalid`
 */
export function resolveUri(base: string, name: string): string {
  const place = placeOf(base)
  if (!isContained(name)) {
    throw invalid(base, `name ${JSON.stringify(name)} would lead out of it`, 'resolve')
  }
  const folder = base.endsWith('/') ? base : `${base}/`
  return place.kind === 's3' ? folder + name : folder + fileUri(`/${name}`).slice('file:///'.length)
}

function isContained(name: string): boolean {
  if (FORBIDDEN.test(name)) return false
  if (/%(2e|2f|5c|25|[01][0-9a-f]|7f)/i.test(name)) return false
  return name.split('/').every((segment) => !['', '.', '..'].includes(segment))
}

/** Control characters and the backslash, which some readers take for a slash. */
// oxlint-disable-next-line no-control-regex -- these are the characters meant.
const FORBIDDEN = /[\u0000-\u001f\u007f\\]/

function pathOf(uri: string): string {
  if (/[?#]/.test(uri)) throw invalid(uri, 'a file URI writes ? as %3F and # as %23')
  const path = decoded(uri)
  if (path.includes('\0')) throw invalid(uri, 'no path holds a NUL')
  return path
}

function decoded(uri: string): string {
  try {
    return fileURLToPath(uri)
  } catch (cause) {
    throw invalid(uri, (cause as Error).message)
  }
}

const invalid = (uri: string, detail: string, verb = 'open'): StorageError =>
  new StorageError('uri_invalid', verb, uri, detail)
