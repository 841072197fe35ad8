import { LedgerError } from '@millrace/ledger'

interface Deps {
  note(text: string): void
  /** Rejects on abort. */
  wait(ms: number, value: undefined, options: { signal: AbortSignal }): Promise<unknown>
}

/** Asks once more after this long, and each time twice as long, up to a minute. */
const WAIT_MS = { first: 2_000, most: 60_000 }

/**
 * Asks a stack again, for as long as it takes, when it is out of reach for now: its jobs go on while a laptop
 * sleeps or changes networks. That it does not answer is said once, and that it answers again.
 *
 * @returns what asks. It throws what asking again does not mend; on abort, the signal's reason.
 */
export function patient(
  deps: Deps,
): <Answer>(question: () => Promise<Answer>, signal: AbortSignal) => Promise<Answer> {
  let isAway = false
  return async (question, signal) => {
    for (let waitMs = WAIT_MS.first; ; waitMs = Math.min(2 * waitMs, WAIT_MS.most)) {
      try {
        const answer = await question()
        if (isAway) deps.note('the stack answers again')
        isAway = false
        return answer
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof LedgerError) || !error.retryable) throw error
        if (!isAway) deps.note(`${error.message}: looking again until the stack answers`)
        isAway = true
      }
      await deps.wait(waitMs, undefined, { signal })
    }
  }
}
