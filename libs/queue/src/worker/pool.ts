import type { Change } from '../calls/wait.ts'

/** Runs what it is given in order of arrival, at most `concurrency` at once. */
export interface Pool<T> {
  offer(item: T): void
  /** Takes back what has not begun. */
  takeWaiting(): T[]
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>
  readonly running: number
  waiting(): number
}

export function createPool<T>(options: {
  readonly concurrency: number
  /** Must not reject: what becomes of an item is its own affair. */
  run(item: T): Promise<void>
  /** Fired whenever one of the pool's numbers has changed. */
  readonly change: Change
}): Pool<T> {
  const { change, concurrency } = options
  let waiting: T[] = []

  const fill = () => {
    while (pool.running < concurrency && waiting.length > 0) {
      pool.running += 1
      void options.run(waiting.shift() as T).finally(() => {
        pool.running -= 1
        fill()
      })
    }
    change.fire()
  }
  const isIdle = () => pool.running === 0 && waiting.length === 0
  const pool = {
    running: 0,
    waiting: () => waiting.length,
    offer(item: T) {
      waiting.push(item)
      fill()
    },
    takeWaiting() {
      const taken = waiting
      waiting = []
      change.fire()
      return taken
    },
    async idle() {
      while (!isIdle()) await change.next()
    },
  }
  return pool
}
