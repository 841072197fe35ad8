/**
 * Maps items in order, with up to `ahead` of them under way beside the one that is waited for: a reader that waits
 * for storage works while the ones before it are used. Leaving early waits for what is under way.
 */
export async function* mapAhead<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  ahead: number,
  map: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const underWay: Promise<R>[] = []
  try {
    for await (const item of items) {
      const mapped = map(item)
      mapped.catch(() => {}) // It is awaited in its turn; until then a failure is not unhandled.
      underWay.push(mapped)
      if (underWay.length > ahead) yield await underWay.shift()!
    }
    while (underWay.length > 0) yield await underWay.shift()!
  } finally {
    await Promise.allSettled(underWay)
  }
}
