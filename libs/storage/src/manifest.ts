import type { PinnedObject } from '@millrace/job'
import type { Backend } from './backend.ts'
import { mapBounded } from './map-bounded.ts'
import { StorageError } from './storage-error.ts'
import { type Place, placeOf } from './uri.ts'

const MANIFEST_BYTES_MAX = 32 * 1024 * 1024
const PINS_IN_FLIGHT = 16

export interface ManifestBounds {
  readonly objectsMax: number
  /** A sentence where an object may not be read, nothing where it may. */
  refusal(uri: string): string | undefined
}

/** A dataset URI that names a manifest, not a table. */
export const isManifest = (uri: string): boolean => uri.endsWith('.manifest')

/**
 * Pins the objects that a manifest names, in its order. The format is SageMaker's `ManifestFile`
 * (API reference, `S3DataSource`): `[{"prefix": "s3://bucket/folder/"}, "one.csv", "two.csv"]`; each
 * object is prefix and name joined as they are. A manifest names objects of its own scheme only, so
 * that one in S3 cannot make a worker read the files of its machine. No object is looked at before all
 * of them are found to be allowed: whoever writes a manifest chooses what it names.
 *
 * @throws {StorageError} `manifest_invalid`, or what pinning one of the objects throws.
 */
export async function pinManifest(
  backend: Backend,
  uri: string,
  { objectsMax, refusal }: ManifestBounds,
  signal: AbortSignal,
): Promise<readonly PinnedObject[]> {
  const bytes = await backend.readDocument(uri, MANIFEST_BYTES_MAX, signal)
  if (!bytes) throw new StorageError('object_missing', 'read manifest', uri, 'no such manifest')
  const uris = objectsOf(uri, bytes.toString('utf8'))
  if (uris.length > objectsMax) {
    const detail = `${uris.length} > ${objectsMax} objects`
    throw new StorageError('too_large', 'read manifest', uri, detail)
  }
  for (const [index, object] of uris.entries()) {
    const reason = refusal(object)
    if (reason !== undefined) throw invalid(uri, `entry ${index + 1}: ${reason}`)
  }
  return mapBounded(PINS_IN_FLIGHT, uris, async (object) => backend.pinOne(object, signal))
}

function objectsOf(uri: string, text: string): readonly string[] {
  const [head, ...names] = listIn(uri, text)
  const prefix = (head as { prefix?: unknown } | null | undefined)?.prefix
  if (typeof prefix !== 'string') throw invalid(uri, 'wanted {"prefix": "s3://…"} as first entry')
  if (names.length === 0) throw invalid(uri, 'it names no object')
  const seen = new Set<string>()
  for (const [index, name] of names.entries()) {
    if (typeof name !== 'string' || name === '') {
      throw invalid(uri, `entry ${index + 1}: wanted a name, got ${JSON.stringify(name)}`)
    }
    const object = prefix + name
    if (seen.has(object)) throw invalid(uri, `entry ${index + 1}: ${object} is named twice`)
    if (object.endsWith('/')) throw invalid(uri, `entry ${index + 1}: ${object} is a folder`)
    if (kindOf(uri, object) !== placeOf(uri).kind) {
      throw invalid(uri, `entry ${index + 1}: ${object} lies outside the manifest's own storage`)
    }
    seen.add(object)
  }
  return [...seen]
}

function kindOf(uri: string, object: string): Place['kind'] {
  try {
    return placeOf(object).kind
  } catch (cause) {
    throw invalid(uri, (cause as Error).message)
  }
}

function listIn(uri: string, text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, '')) // A byte order mark.
    if (Array.isArray(value)) return value
  } catch (cause) {
    throw invalid(uri, `not JSON: ${(cause as Error).message}`)
  }
  throw invalid(uri, 'wanted a JSON list')
}

const invalid = (uri: string, detail: string): StorageError =>
  new StorageError('manifest_invalid', 'read manifest', uri, detail)
