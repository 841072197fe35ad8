/** Those who wait, in groups: the first of the group that has the fewest in flight goes first. */
export interface FairLine<T> extends Iterable<T> {
  readonly length: number
  push(item: T): void
  shift(): T | undefined
  clear(): void
}

/** @param inFlight how many of each group are out, for each choice; groups not named have none. */
export function createFairLine<T>(
  groupOf: (item: T) => string,
  inFlight: () => ReadonlyMap<string, number>,
): FairLine<T> {
  /** In the order in which they began to wait. */
  const groups = new Map<string, { items: T[]; next: number }>()
  let length = 0

  /** Of equals, the group that was served longest ago. */
  const quietest = (): string | undefined => {
    const names = [...groups.keys()]
    if (names.length <= 1) return names[0]
    const counts = inFlight()
    const fewest = Math.min(...names.map((group) => counts.get(group) ?? 0))
    return names.find((group) => (counts.get(group) ?? 0) === fewest)
  }
  return {
    get length() {
      return length
    },
    push(item) {
      const group = groupOf(item)
      const waiting = groups.get(group) ?? { items: [], next: 0 }
      waiting.items.push(item)
      groups.set(group, waiting)
      length += 1
    },
    shift() {
      const group = quietest()
      const waiting = group === undefined ? undefined : groups.get(group)
      if (group === undefined || waiting === undefined) return undefined
      const item = waiting.items[waiting.next++]
      groups.delete(group)
      if (waiting.next < waiting.items.length) groups.set(group, compacted(waiting))
      length -= 1
      return item
    },
    clear() {
      groups.clear()
      length = 0
    },
    *[Symbol.iterator]() {
      for (const { items, next } of groups.values()) yield* items.slice(next)
    },
  }
}

const SERVED_MAX = 1_024

/** Without those long served: taking the first off an array of a million each time is slow. */
function compacted<T>({ items, next }: { items: T[]; next: number }) {
  return next < SERVED_MAX ? { items, next } : { items: items.slice(next), next: 0 }
}
