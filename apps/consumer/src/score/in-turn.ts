/** Does what it is given one at a time, in the order in which it is asked; what fails leaves the next its turn. */
export type InTurn = <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>

export function createInTurn(): InTurn {
  let last = Promise.resolve()
  return async (work, signal) => {
    const before = last
    const { promise: done, resolve } = Promise.withResolvers<void>()
    last = done
    try {
      await before
      signal.throwIfAborted()
      return await work()
    } finally {
      resolve()
    }
  }
}
