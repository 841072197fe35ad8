import type { PinnedObject } from '@millrace/job'
import type { StreamOptions } from '@millrace/storage'

export interface Deps {
  /** The whole of a small object. */
  read(object: PinnedObject, signal: AbortSignal): Promise<Uint8Array>
  /** The whole of an object, in order, read into these buffers over and over. */
  stream(object: PinnedObject, reading: Reading, signal: AbortSignal): AsyncIterable<Uint8Array>
}

export type Reading = Pick<StreamOptions, 'readers'> & Required<Pick<StreamOptions, 'buffers'>>

export interface OpenedObject {
  readonly object: PinnedObject
  /** `reading`: makes the memory that a large object is read into; a piece is good until the next. */
  readonly pieces: (reading: () => Reading) => AsyncIterable<Uint8Array>
}

/** Up to this size an object is read whole, ahead of its turn: 16 MiB of them at a time. */
const SMALL_BYTES = 1024 * 1024
const AHEAD_MAX = 16

/**
 * Opens the objects of a dataset in order. One request after another would make ten thousand small
 * ones cost minutes of nothing but waiting, so the next ones are asked for while one is scanned. A
 * read that fails is heard of in its turn. When it ends, in whatever way, no read is under way.
 */
export async function* openObjects(
  deps: Deps,
  objects: readonly PinnedObject[],
  signal: AbortSignal,
): AsyncGenerator<OpenedObject, void, undefined> {
  const reads: (Promise<Uint8Array> | undefined)[] = []
  const begin = (object: PinnedObject | undefined): void => {
    if (object === undefined) return
    const read = object.bytes <= SMALL_BYTES ? deps.read(object, signal) : undefined
    read?.catch(() => {})
    reads.push(read)
  }
  try {
    for (const object of objects.slice(0, AHEAD_MAX)) begin(object)
    for (const [index, object] of objects.entries()) {
      const read = reads[0]
      yield {
        object,
        pieces: (reading) => (read ? whole(read) : deps.stream(object, reading(), signal)),
      }
      await read?.catch(() => {})
      void reads.shift()
      begin(objects[index + AHEAD_MAX])
    }
  } finally {
    await Promise.allSettled(reads.filter((read) => read !== undefined))
  }
}

async function* whole(read: Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  const bytes = await read
  if (bytes.length > 0) yield bytes
}
