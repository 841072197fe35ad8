import type { Answer } from './answer.ts'
import type { Bell } from './bell.ts'

export interface Polled<T> {
  look(signal: AbortSignal): Promise<Answer<T>>
  show(answer: Answer<T>): void
  /** Nothing changes any more after it. */
  isLast(told: T): boolean
  readonly everyMs: number
  readonly bell: Bell
  /** Resolves when somebody can see the page. */
  seen(signal: AbortSignal): Promise<void>
}

const BACK_OFF_MS_MAX = 10_000

/**
 * Looks again and again, one look after the other, while the page is seen. A ring of the bell asks for a look at
 * once; after one that was refused, or that nobody answered, the next waits twice as long.
 */
export async function poll<T>(polled: Polled<T>, signal: AbortSignal): Promise<void> {
  let waitMs = polled.everyMs
  for (;;) {
    await polled.seen(signal)
    if (signal.aborted) return
    const answer = await polled.look(signal)
    // It may be of a view that is gone.
    if (signal.aborted) return
    polled.show(answer)
    if (answer.kind === 'locked') return
    if (answer.kind === 'told' && polled.isLast(answer.told)) return
    waitMs = answer.kind === 'told' ? polled.everyMs : Math.min(waitMs * 2, BACK_OFF_MS_MAX)
    await polled.bell.wait(waitMs, signal)
  }
}

/** Resolves when the page is not hidden, or the signal aborts. */
export async function untilSeen(signal: AbortSignal): Promise<void> {
  if (!document.hidden) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = (): void => {
    if (!document.hidden) resolve()
  }
  document.addEventListener('visibilitychange', look)
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
  document.removeEventListener('visibilitychange', look)
}
