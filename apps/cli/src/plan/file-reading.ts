import { createSlots, type Dialect, glanceOf, type Slots } from '@millrace/csv'
import type { PinnedObject } from '@millrace/job'
import { type Readers, readerSlots, readersFor } from '@millrace/storage'

/** How local files are read, one after the other. */
export interface FileReading extends AsyncDisposable {
  /** What their pieces lie in. */
  readonly slots: Slots
  /** Who reads them; begun when they are first wanted. */
  readers(): Readers
}

/** Nothing for objects that are in S3. */
export function createFileReading(
  objects: readonly PinnedObject[],
  dialect: Dialect,
): FileReading | undefined {
  if (!objects.every(({ uri }) => uri.startsWith('file:'))) return undefined
  const largest = objects.reduce((most, { bytes }) => Math.max(most, bytes), 0)
  const slots = createSlots(readerSlots)
  let begun: Readers | undefined
  return {
    slots,
    readers: () => (begun ??= readersFor(largest, slots.buffers, glanceOf(slots, dialect))),
    [Symbol.asyncDispose]: async () => begun?.[Symbol.asyncDispose](),
  }
}
