/** Resolves when the place is free, which it is again once what is given is disposed. */
export type TakePlace = (uri: string) => Promise<Disposable>

/**
 * Lets one result at a time become visible at a place. Results that share their manifest, errors and report would
 * otherwise find each other's files between their own: whoever comes second finds all of the first.
 * It is of one process; between two, each look and condition is what there is.
 */
export function createPlaces(): TakePlace {
  const taken = new Map<string, Promise<void>>()
  return async (uri) => {
    while (taken.has(uri)) await taken.get(uri)
    const { promise, resolve } = Promise.withResolvers<void>()
    taken.set(uri, promise)
    return {
      [Symbol.dispose]() {
        taken.delete(uri)
        resolve()
      },
    }
  }
}
