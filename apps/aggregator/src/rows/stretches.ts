import type { Batch, ByteRange } from '@millrace/job'

/** Batches in order, with where the input of all of them lies; nothing when none of it is needed. */
export interface Stretch<T> {
  readonly items: readonly T[]
  readonly from?: Place
}

/** Bytes of one object of the dataset. */
export type Place = Pick<Batch, 'object' | 'bytes'>

/** Enough that a read is more work than to ask for it. A larger batch is a stretch of its own. */
const BYTES_MAX = 1024 * 1024
/** What is recorded of all of them waits for the read. */
const BATCHES_MAX = 32

/**
 * Puts together batches whose input is needed and lies in one piece, so that it is read at once. The others
 * pass alone.
 *
 * @param neededOf which bytes of a batch are needed, from its first one on; nothing when none are.
 */
export async function* stretchesOf<T extends { readonly batch: Batch }>(
  items: AsyncIterable<readonly T[]>,
  neededOf: (item: T) => ByteRange | undefined,
): AsyncGenerator<Stretch<T>> {
  let held: T[] = []
  let from: Place | undefined
  for await (const run of items) {
    for (const item of run) {
      const { object } = item.batch
      const bytes = neededOf(item)
      const longer: Place | undefined = bytes && from && longerBy(from, { object, bytes })
      const isApart = from === undefined ? bytes !== undefined : longer === undefined
      if (held.length > 0 && (isApart || held.length === BATCHES_MAX)) {
        yield stretch(held, from)
        held = []
        from = undefined
      }
      held.push(item)
      if (bytes !== undefined) from = from === undefined ? { object, bytes } : longer
    }
    // What needs no input waits for nothing.
    if (from === undefined && held.length > 0) {
      yield { items: held }
      held = []
    }
  }
  if (held.length > 0) yield stretch(held, from)
}

const stretch = <T>(items: readonly T[], from: Place | undefined): Stretch<T> =>
  from === undefined ? { items } : { items, from }

/** The piece with what follows it; nothing when that lies elsewhere, or makes it too long. */
function longerBy({ object, bytes: { start, end } }: Place, next: Place): Place | undefined {
  const follows = next.object === object && next.bytes.start === end
  return follows && next.bytes.end - start <= BYTES_MAX
    ? { object, bytes: { start, end: next.bytes.end } }
    : undefined
}
