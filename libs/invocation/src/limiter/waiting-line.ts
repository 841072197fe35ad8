/** Those who wait: the lowest turn first, and of the same turn who came first. */
export interface WaitingLine {
  readonly length: number
  /** Resolves when started. On abort leaves the line and rejects with the signal's reason. */
  wait(signal: AbortSignal, turn?: number): Promise<void>
  startFirst(): void
  startAll(): void
  /** Sends all away: their waits reject with this. */
  rejectAll(reason: unknown): void
}

interface Place {
  readonly turn: number
  readonly start: () => void
  readonly reject: (reason: unknown) => void
}

export function createWaitingLine(): WaitingLine {
  let line: Place[] = []

  return {
    get length() {
      return line.length
    },
    async wait(signal, turn = 0) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const place = { turn, start: resolve, reject }
      const abort = () => {
        if (leave(place)) reject(signal.reason)
      }
      enter(place)
      signal.addEventListener('abort', abort, { once: true })
      try {
        await promise
      } finally {
        signal.removeEventListener('abort', abort)
      }
    },
    startFirst: () => line.shift()?.start(),
    startAll: () => empty().forEach(({ start }) => start()),
    rejectAll: (reason) => empty().forEach(({ reject }) => reject(reason)),
  }

  /** Most come last, so the search begins there. */
  function enter(place: Place): void {
    let at = line.length
    while (at > 0 && (line[at - 1]?.turn ?? 0) > place.turn) at--
    line.splice(at, 0, place)
  }

  function leave(place: Place): boolean {
    const at = line.indexOf(place)
    if (at >= 0) line.splice(at, 1)
    return at >= 0
  }

  function empty(): readonly Place[] {
    const all = line
    line = []
    return all
  }
}
