import { setTimeout as wait } from 'node:timers/promises'
import { classifyFailure } from './classify-failure.ts'

/** Calls that one verb makes at most for a passing failure, the first one included. */
const CALLS_MAX = 6
const BACKOFF_FIRST_MS = 50
const BACKOFF_MAX_MS = 1_600

/**
 * Makes one call and repeats it while the failure is passing: at most six times, each wait drawn
 * between zero and a bound that doubles from 50 ms (full jitter), about 1.6 s of waiting at most.
 * It is the only layer of retries; the SDK's own are off.
 *
 * A repeated write may meet its own first call, whose response was lost. Every write of this
 * library is a conditional put, a set-add or names its writer, so each verb can tell.
 *
 * @throws {LedgerError} for everything but a failed condition, which the verbs take as an outcome;
 * on abort the signal's reason.
 */
export async function call<Output>(
  operation: string,
  request: () => Promise<Output>,
  signal: AbortSignal,
): Promise<Output> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted()
    try {
      return await request()
    } catch (failure) {
      signal.throwIfAborted()
      if (isConditionFailed(failure)) throw failure
      const error = classifyFailure(operation, failure)
      if (!error.retryable || attempt === CALLS_MAX) throw error
    }
    await backOff(attempt, signal)
  }
}

async function backOff(attempt: number, signal: AbortSignal): Promise<void> {
  const bound = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (attempt - 1))
  await wait(Math.random() * bound, undefined, { signal }).catch(() => signal.throwIfAborted())
}

/** True when a write was refused because its condition did not hold: nothing was changed. */
export function isConditionFailed(failure: unknown): boolean {
  return (failure as Error | null)?.name === 'ConditionalCheckFailedException'
}
