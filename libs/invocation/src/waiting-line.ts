/** Those who wait, first come first served. */
export interface WaitingLine {
  readonly length: number
  /** Resolves when started. On abort leaves the line and rejects with the signal's reason. */
  wait(signal: AbortSignal): Promise<void>
  startFirst(): void
  startAll(): void
}

export function createWaitingLine(): WaitingLine {
  const line = new Set<() => void>()

  return {
    get length() {
      return line.size
    },
    async wait(signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const abort = () => {
        if (line.delete(resolve)) reject(signal.reason as Error)
      }
      line.add(resolve)
      signal.addEventListener('abort', abort, { once: true })
      try {
        await promise
      } finally {
        signal.removeEventListener('abort', abort)
      }
    },
    startFirst() {
      const [first] = line
      if (first === undefined) return
      line.delete(first)
      first()
    },
    startAll() {
      for (const start of line) start()
      line.clear()
    },
  }
}
