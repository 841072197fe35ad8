import { setTimeout as sleep } from 'node:timers/promises'

/** Time and chance, passed in so that tests neither wait nor guess. */
export interface Clock {
  /** Milliseconds that never go back. */
  readonly now: () => number
  /** From 0 up to, not including, 1. */
  readonly random: () => number
  /** On abort rejects with the signal's reason. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>
}

export const systemClock: Clock = {
  now: () => performance.now(),
  random: Math.random,
  pause: async (ms, signal) => {
    // Node's own rejection tells the reason as a cause only.
    await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
  },
}
