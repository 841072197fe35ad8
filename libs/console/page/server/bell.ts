/** A wait that can be cut short. A ring before it begins counts too, so that none is missed. */
export interface Bell {
  ring(): void
  /** Ends after so long, at a ring, or when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

export function createBell(): Bell {
  let hasRung = false
  let wake: (() => void) | undefined
  return {
    ring() {
      hasRung = true
      wake?.()
    },
    async wait(ms, signal) {
      if (!hasRung && !signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>()
        const timer = setTimeout(resolve, ms)
        signal.addEventListener('abort', () => resolve(), { once: true })
        wake = resolve
        await promise
        clearTimeout(timer)
        wake = undefined
      }
      hasRung = false
    },
  }
}
