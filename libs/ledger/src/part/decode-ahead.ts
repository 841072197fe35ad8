import { createHash } from 'node:crypto'
import { printLines } from '@millrace/predictions'
import { createLineMemory, type Lent } from './line-memory.ts'
import type { Item } from '../table/item.ts'
import { floatItem, type FloatItem, readPartOfItem } from './part-item.ts'
import type { DocumentsOf, PrintParts, ReadPart } from './part.ts'

/** A part that is not decoded yet. */
export type FoundPart = (
  | { readonly kind: 'floats'; readonly floats: FloatItem }
  | {
      readonly kind: 'other'
      readonly item: Item
      /** Those of its job. */
      readonly documents: ReturnType<DocumentsOf>
    }
) & {
  /** To be called once, when nobody looks at its bytes any more. */
  release(): void
}

/** Takes what is needed out of an item at once: kept by the page, its fifty objects would outlive the young. */
export function foundPart(
  item: Item,
  documents: ReturnType<DocumentsOf>,
  release: () => void,
): FoundPart {
  const floats = floatItem(item)
  return floats === undefined
    ? { kind: 'other', item, documents, release }
    : { kind: 'floats', floats, release }
}

/** So many first parts are decoded here: what has few of them is done before anybody else has begun. */
const FIRST_HERE = 32
/** Parts that are printed together, and the rows from which on there are no more of them. */
const GROUP_PARTS_MAX = 16
const GROUP_ROWS_MAX = 32_768
/** Groups that are printed ahead of their turn. */
const GROUPS_AHEAD = 2

/** Decodes parts in their order. Floats are printed by `print`, in groups, while those before are used. */
export async function* decodeAhead(
  found: AsyncIterable<readonly FoundPart[]>,
  print: PrintParts | undefined,
  signal: AbortSignal,
): AsyncGenerator<readonly ReadPart[]> {
  const readHere = createReader(signal)
  const underWay: Promise<readonly ReadPart[]>[] = []
  try {
    for await (const group of groupsOf(found, print)) {
      const parts = group.kind === 'here' ? readHere(group.part) : printed(group.by, group.items)
      parts.catch(() => {}) // It is awaited in its turn; until then a failure is not unhandled.
      underWay.push(parts)
      if (underWay.length <= (print === undefined ? 0 : GROUPS_AHEAD)) continue
      yield await underWay.shift()!
    }
    while (underWay.length > 0) yield await underWay.shift()!
  } finally {
    await Promise.allSettled(underWay)
  }
}

type FoundFloats = FoundPart & { readonly kind: 'floats' }

type Group =
  | { readonly kind: 'printed'; readonly items: readonly FoundFloats[]; readonly by: PrintParts }
  | { readonly kind: 'here'; readonly part: FoundPart }

async function* groupsOf(
  found: AsyncIterable<readonly FoundPart[]>,
  by: PrintParts | undefined,
): AsyncGenerator<Group> {
  let items: FoundFloats[] = []
  let [seen, rows] = [0, 0]
  for await (const run of found) {
    for (const part of run) {
      seen += 1
      const isPrinted = by !== undefined && seen > FIRST_HERE && part.kind === 'floats'
      if (isPrinted) {
        items.push(part)
        rows += part.floats.floats.length / Float32Array.BYTES_PER_ELEMENT
      }
      const isFull = items.length === GROUP_PARTS_MAX || rows >= GROUP_ROWS_MAX
      if (by !== undefined && items.length > 0 && (isFull || !isPrinted)) {
        yield { kind: 'printed', items, by }
        items = []
        rows = 0
      }
      if (!isPrinted) yield { kind: 'here', part }
    }
  }
  if (by !== undefined && items.length > 0) yield { kind: 'printed', items, by }
}

async function printed(print: PrintParts, found: readonly FoundFloats[]): Promise<ReadPart[]> {
  const items = found.map(({ floats }) => floats)
  const printing = print(items)
  for (const { release } of found) release()
  const parts = await printing
  return parts.map((part, index) => items[index]!.printed(part))
}

/** Reads a part into memory that others have given back. */
function createReader(signal: AbortSignal): (part: FoundPart) => Promise<ReadPart[]> {
  const memory = createLineMemory()
  return async (found) => {
    let lent: Lent | undefined
    const allocate = (bytes: number): Uint8Array => (lent = memory(bytes)).bytes
    const release = (): void => lent?.release()
    if (found.kind === 'other') {
      const part = await readPartOfItem(found.item, found.documents, signal, allocate)
      found.release()
      return [{ ...part, release }]
    }
    const { floats, digestHead, printed } = found.floats
    const digest = createHash('sha256').update(digestHead).update(floats).digest('hex')
    const lines = printLines(floats, allocate)
    found.release()
    return [printed({ lines, digest, release })]
  }
}
