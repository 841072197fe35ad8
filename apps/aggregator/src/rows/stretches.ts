import type { Batch } from '@millrace/job'

/** Batches in order, with where the input of all of them lies; nothing when none of it is needed. */
export interface Stretch<T> {
  readonly items: readonly T[]
  readonly from?: Pick<Batch, 'object' | 'bytes'>
}

/** Enough that a read is more work than to ask for it. A larger batch is a stretch of its own. */
const BYTES_MAX = 1024 * 1024
/** What is recorded of all of them waits for the read. */
const BATCHES_MAX = 32

/**
 * Puts together batches whose input is needed and lies in one piece, so that it is read at once. The others
 * pass alone.
 */
export async function* stretchesOf<T extends { readonly batch: Batch }>(
  items: AsyncIterable<T>,
  needsInput: (item: T) => boolean,
): AsyncGenerator<Stretch<T>> {
  let held: T[] = []
  for await (const item of items) {
    const needed = needsInput(item)
    if (held.length > 0 && !(needed && fits(held, item))) {
      yield stretchOf(held)
      held = []
    }
    if (needed) held.push(item)
    else yield { items: [item] }
  }
  if (held.length > 0) yield stretchOf(held)
}

function fits<T extends { readonly batch: Batch }>(held: readonly T[], { batch }: T): boolean {
  const { object, bytes } = placeOf(held)
  const follows = batch.object === object && batch.bytes.start === bytes.end
  return follows && batch.bytes.end - bytes.start <= BYTES_MAX && held.length < BATCHES_MAX
}

const stretchOf = <T extends { readonly batch: Batch }>(items: readonly T[]): Stretch<T> => ({
  items,
  from: placeOf(items),
})

function placeOf(items: readonly { readonly batch: Batch }[]): Pick<Batch, 'object' | 'bytes'> {
  const [first, last] = [items.at(0)?.batch, items.at(-1)?.batch]
  const bytes = { start: first?.bytes.start ?? 0, end: last?.bytes.end ?? 0 }
  return { object: first?.object ?? 0, bytes }
}
