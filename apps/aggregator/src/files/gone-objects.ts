import { StorageError } from '@millrace/storage'

/**
 * The objects of a dataset that are not there any more as they were pinned, for who can do without them: an
 * export writes the predictions of the ledger, and of the input only where each failed row begins.
 */
export interface GoneObjects {
  has(object: number): boolean
  /** Reads from an object, unless it is gone or turns out to be. */
  reading(object: number, read: () => Promise<void>): Promise<void>
  /** What is read from an object; it ends where that turns out to be gone. */
  streaming(object: number, pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
}

/** @param mayBeGone when not, that an object is gone is thrown as it comes. */
export function createGoneObjects(mayBeGone: boolean): GoneObjects {
  const gone = new Set<number>()
  const note = (object: number, error: unknown): void => {
    if (!mayBeGone || !isGone(error)) throw error
    gone.add(object)
  }
  return {
    has: (object) => gone.has(object),
    async reading(object, read) {
      if (gone.has(object)) return
      await read().catch((error: unknown) => note(object, error))
    },
    async *streaming(object, pieces) {
      if (gone.has(object)) return
      try {
        yield* pieces
      } catch (error) {
        note(object, error)
      }
    },
  }
}

const isGone = (error: unknown): boolean =>
  error instanceof StorageError &&
  (error.code === 'object_changed' || error.code === 'object_missing')
