/** How many invocations are served at a time, and how many may wait for that. */
export interface Room {
  readonly concurrencyMax: number
  readonly queueMax: number
}

export interface Gate {
  /** Resolves once the invocation has its place; undefined at once when all places are taken. */
  readonly enter: () => Promise<void> | undefined
  /** Gives the place to who waits longest. */
  readonly leave: () => void
  /** Lets in those who wait, after the room has grown. */
  readonly admit: () => void
}

/** Lets invocations in, first come, first served. `room` is read anew each time: it may change. */
export function createGate(room: () => Room): Gate {
  const waiting: (() => void)[] = []
  let serving = 0
  const admit = () => {
    while (waiting.length > 0 && serving < room().concurrencyMax) {
      serving++
      waiting.shift()!()
    }
  }
  return {
    admit,
    enter() {
      const { concurrencyMax, queueMax } = room()
      if (serving >= concurrencyMax && waiting.length >= queueMax) return undefined
      const entered = new Promise<void>((resolve) => waiting.push(resolve))
      admit()
      return entered
    },
    leave() {
      serving--
      admit()
    },
  }
}
