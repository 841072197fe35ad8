import type { limits, PinnedObject } from '@millrace/job'
import { type Compression, mapBounded, type Storage, StorageError } from '@millrace/storage'
import { OBJECTS_OF_A_JOB_MAX, type Places } from './spool-room.ts'

export type Deps = Pick<Storage, 'decompress' | 'createWriter' | 'pin'> & {
  /** How many of them are worked on at once. */
  readonly places: Places
  /** Where the copy of the object with that index goes; no other attempt has the same place. */
  readonly placeOf: (index: number) => string
  /** A small file may hold a constant table of any length; a bomb is meant to be larger than that. */
  readonly limits: Record<keyof typeof limits & `expan${string}`, number>
}

/**
 * Decompresses each object once, since a row range can only be read out of bytes that have places.
 * The copies are the dataset from then on: they are pinned like any object, and `source` says which
 * version of which object each was made from. A change of the original in mid-way is told; one that
 * comes later cannot matter any more.
 *
 * @throws {StorageError} `compression_invalid`; `too_large` for what expands beyond its limits;
 *   `object_changed`; what writing throws.
 */
export async function spoolObjects(
  deps: Deps,
  objects: readonly PinnedObject[],
  compression: Compression,
  signal: AbortSignal,
): Promise<PinnedObject[]> {
  let bytes = 0
  const stored = objects.reduce((sum, object) => sum + object.bytes, 0)
  const allMax = Math.min(deps.limits.expandedBytesMax, boundOf(stored, deps.limits))
  const entries = [...objects.entries()]
  // One that fails ends the others, and those that wait for a place: hours of work would be for nothing.
  const stop = new AbortController()
  const working = AbortSignal.any([signal, stop.signal])
  try {
    return await mapBounded(OBJECTS_OF_A_JOB_MAX, entries, ([index, source]) =>
      deps.places(() => copyOf(index, source).catch(endOthers), working),
    )
  } catch (error) {
    throw signal.aborted ? error : stop.signal.reason
  }

  function endOthers(error: unknown): never {
    stop.abort(error)
    throw error
  }

  async function copyOf(index: number, source: PinnedObject): Promise<PinnedObject> {
    const bytesMax = boundOf(source.bytes, deps.limits)
    const uri = deps.placeOf(index)
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const text of deps.decompress(source, { compression, bytesMax }, working)) {
        bytes += text.length
        if (bytes > allMax) throw tooLarge(source.uri, allMax)
        yield text
      }
    }
    const [copy] = await writeCopy(deps, counted(), uri, working)
    if (copy === undefined) throw new Error(`${uri}: written and not there`)
    return { ...copy, source }
  }
}

/** What is free is so once for each object and once for all of them, not once more with each. */
const boundOf = (bytes: number, { expandedBytesFree, expansionMax }: Deps['limits']): number =>
  Math.max(expandedBytesFree, bytes * expansionMax)

function tooLarge(uri: string, bytesMax: number): StorageError {
  const detail = `the dataset expands beyond ${bytesMax} bytes`
  return new StorageError('too_large', 'decompress', uri, detail, {
    hint: 'decompress it and take the result as the dataset',
  })
}

async function writeCopy(
  deps: Deps,
  texts: AsyncIterable<Uint8Array>,
  uri: string,
  signal: AbortSignal,
): Promise<readonly PinnedObject[]> {
  const writer = await deps.createWriter(uri, signal)
  try {
    for await (const text of texts) await writer.write(text)
    await writer.commit()
  } finally {
    await writer.abort()
  }
  return await deps.pin(uri, signal)
}
