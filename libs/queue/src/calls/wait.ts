/** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}

/** Resolves when `promise` settles, or at once when the signal aborts. Never rejects. */
export function settledOrAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const settle = () => {
      signal.removeEventListener('abort', settle)
      resolve()
    }
    signal.addEventListener('abort', settle)
    promise.then(settle, settle)
  })
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return settledOrAborted(new Promise(() => {}), signal)
}

/**
 * How long to wait before the next try: doubled each time, and drawn between half and whole, so that
 * a fleet that failed together does not come back together.
 *
 * @param failures how many tries have failed, from 1.
 * @param random from 0 to 1, 1 excluded.
 */
export function backoff(
  failures: number,
  { base, max }: { base: number; max: number },
  random: () => number,
): number {
  const whole = Math.min(max, base * 2 ** Math.min(failures - 1, 30))
  return whole / 2 + (random() * whole) / 2
}

const POSTPONED_SECONDS = { base: 2, max: 60 }

/**
 * How long a copy waits of a message that is not at fault: later each time, 2 to 60 seconds. An outage of
 * minutes costs a message some copies, one of hours no more than sixty an hour.
 *
 * @param requeues how often the same work was given back before.
 */
export const postponedSeconds = (requeues: number, random: () => number): number =>
  Math.ceil(backoff(requeues + 1, POSTPONED_SECONDS, random))

/** A condition that changes: who waits asks again after each change. */
export interface Change {
  /** Resolves at the next `fire`. */
  next(): Promise<void>
  fire(): void
}

export function createChange(): Change {
  let change = Promise.withResolvers<void>()
  return {
    next: () => change.promise,
    fire() {
      change.resolve()
      change = Promise.withResolvers()
    },
  }
}
