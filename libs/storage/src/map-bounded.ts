/**
 * Maps in order with at most `inFlight` calls running. The first failure stops new calls and is
 * thrown once the running ones have ended, so nothing goes on behind the caller's back.
 */
export async function mapBounded<T, R>(
  inFlight: number,
  items: readonly T[],
  call: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  results.length = items.length
  let next = 0
  const work = async (): Promise<void> => {
    while (next < items.length) {
      const index = next
      next += 1
      try {
        results[index] = await call(items[index]!)
      } catch (error) {
        next = items.length
        throw error
      }
    }
  }
  const workers = Array.from({ length: Math.min(inFlight, items.length) }, work)
  for (const outcome of await Promise.allSettled(workers)) {
    if (outcome.status === 'rejected') throw outcome.reason
  }
  return results
}
