import type { Clock } from './clock.ts'
import { StorageError } from './storage-error.ts'

const ATTEMPTS_MAX = 6
const PAUSE_FIRST_MS = 100
const PAUSE_MAX_MS = 5_000

/**
 * Repeats a request that failed for a passing reason: six times at most, waiting a random time below
 * 100, 200, 400… ms (full jitter, so that a fleet that was slowed down together does not return
 * together). It is the only retry layer: the S3 client below makes each request once.
 *
 * @throws {StorageError} the last one; or the abort reason.
 */
export async function withRetries<T>(
  clock: Clock,
  request: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted()
    try {
      return await request()
    } catch (error) {
      signal.throwIfAborted()
      const passing = error instanceof StorageError && error.retryable
      if (!passing || attempt === ATTEMPTS_MAX) throw error
      const ceilingMs = Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** (attempt - 1))
      await clock.pause(clock.random() * ceilingMs, signal)
    }
  }
}
