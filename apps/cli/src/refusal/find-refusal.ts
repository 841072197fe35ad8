import type { JobId } from '@millrace/job'
import { type DeadLetter, QueueError, readDeadLetters } from '@millrace/queue'
import { jobOf } from '../dlq/letters.ts'
import type { System } from '../system/system.ts'

/** Letters are hidden from others while they are looked through, which a second or two is enough for. */
const LETTERS_MAX = 200
/** An earlier request of the same token may lie there, and our clock be so far from that of SQS. */
export const CLOCKS_APART_MS_MAX = 30_000

/**
 * Looks for the request of a job in the dead-letter queue of requests, where the environment names it and
 * we may read it: who only submits need not be allowed to.
 *
 * @param sinceMs what was sent before is about an earlier request; 0 where any will do.
 */
export function createRefusalSearch(
  jobId: JobId,
  sinceMs: number,
): (system: System, signal: AbortSignal) => Promise<DeadLetter | undefined> {
  let mayRead = true
  const isOurs = (letter: DeadLetter): boolean =>
    jobOf(letter) === jobId && letter.sentAtMs >= sinceMs - CLOCKS_APART_MS_MAX
  return async (system, signal) => {
    if (!mayRead || (system.env['MILLRACE_JOBS_DLQ_URL'] ?? '') === '') return undefined
    const wanted = { max: LETTERS_MAX, matches: isOurs }
    try {
      const { letters } = await readDeadLetters(system.deadLetters('jobs'), wanted, signal)
      return letters.toSorted((a, b) => b.sentAtMs - a.sentAtMs)[0]
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof QueueError)) throw error
      // Why there is no job would be good to know, and is no condition of waiting for it.
      mayRead = error.retryable
      return undefined
    }
  }
}
