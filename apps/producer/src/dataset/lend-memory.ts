import { createSlots, type Dialect, glanceOf, type Slots } from '@millrace/csv'
import type { PinnedObject } from '@millrace/job'
import { type Readers, readerSlots, type readersFor } from '@millrace/storage'
import type { Reading } from './open-objects.ts'

export interface Deps {
  /** Starts who reads files of up to so many bytes; the storage does it unless given. */
  readonly readersFor?: typeof readersFor
}

export interface Memory extends AsyncDisposable {
  /** Nothing where all is in S3, from where nothing can be read straight into them. */
  readonly slots: Slots | undefined
  /** What an object is read into, one after the other, and by whom. */
  lend(object: PinnedObject): Reading
}

/** Reads under way of one file where there are no readers. */
const POOL_READS = 4
const S3_READS = 5
/** In S3 a read must outlast a round trip, so it is larger than the scanner's slots. */
const S3_READ_BYTES = 8 * 1024 * 1024

/**
 * Memory for the objects of a dataset, made when it is first wanted. Files are read straight into the
 * scanner's own, by readers that start with the first of them and end with the memory.
 */
export function lendMemory(deps: Deps, objects: readonly PinnedObject[], dialect: Dialect): Memory {
  const inFiles = objects.some(({ uri }) => uri.startsWith('file:'))
  const slots = inFiles ? createSlots(readerSlots) : undefined
  const largest = objects.reduce((most, { bytes }) => Math.max(most, bytes), 0)
  let readers: Readers | undefined
  let s3: Reading | undefined
  const lendToFile = (slots: Slots): Reading => {
    readers ??= deps.readersFor?.(largest, slots.buffers, glanceOf(slots, dialect))
    const buffers = slots.buffers.slice(0, POOL_READS)
    return readers === undefined ? { buffers } : { buffers, readers }
  }
  return {
    slots,
    lend: ({ uri }) =>
      slots !== undefined && uri.startsWith('file:')
        ? lendToFile(slots)
        : (s3 ??= { buffers: buffersFor(S3_READS) }),
    [Symbol.asyncDispose]: async () => readers?.[Symbol.asyncDispose](),
  }
}

const buffersFor = (reads: number): Uint8Array[] =>
  Array.from({ length: reads }, () => Buffer.allocUnsafeSlow(S3_READ_BYTES))
