import { limits } from '@millrace/job'

export interface Deps {
  /** Nobody could be served now, whatever was asked: not the batch's fault. */
  isAway(error: unknown): boolean
  /** Told once, before the first wait. */
  onWait(error: unknown): void
  /** Rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** From 0 to 1, 1 excluded. */
  random(): number
  /** Milliseconds from any origin. */
  now(): number
}

const WAIT_FIRST_MS = 500
const WAIT_MAX_MS = 15_000

/**
 * Records what the endpoint has answered, again and again while ledger or store are away. An answer is
 * paid for: given back, its rows are invoked once more, on a ledger that has no more room than before.
 * A new table doubles what it takes within minutes. Meanwhile the batch holds its place in the
 * consumer, so that no more is invoked than is recorded.
 *
 * @throws what `record` threw last: after ten minutes, or when it is no outage; on abort the signal's reason.
 */
export async function keepRecording<Recorded>(
  deps: Deps,
  record: () => Promise<Recorded>,
  signal: AbortSignal,
): Promise<Recorded> {
  const until = deps.now() + limits.recordPatienceSeconds * 1_000
  for (let waits = 0; ; waits += 1) {
    try {
      return await record()
    } catch (error) {
      signal.throwIfAborted()
      if (!deps.isAway(error) || deps.now() >= until) throw error
      if (waits === 0) deps.onWait(error)
    }
    const bound = Math.min(WAIT_MAX_MS, WAIT_FIRST_MS * 2 ** waits)
    await deps.sleep(bound / 2 + (deps.random() * bound) / 2, signal)
  }
}
