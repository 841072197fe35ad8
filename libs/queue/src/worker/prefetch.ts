/** How many messages to hold beyond the slots, so that a slot that ends finds its next at hand. */
export interface Prefetch {
  size(): number
  /** A poll that brought all it asked for: so long does it take when there are messages. */
  polled(ms: number): void
  /** A message was handled. */
  handled(ms: number): void
}

/** Polls of an almost empty queue wait for messages; the shortest of so many did not. */
const POLLS_REMEMBERED = 8
const POLL_MS_MAX = 100
/** Weight of one message in the mean. */
const HANDLED_WEIGHT = 0.05
/**
 * A slot that ends while a poll is under way gets its next message from the one after: two polls. The
 * third is for slots that end faster than the mean, where a few slow messages make up most of it.
 */
const POLLS_TO_COVER = 3
/** Below it a slot is empty so rarely that a message had better wait in the queue, for anybody. */
const SIZE_MIN = 0.1

/**
 * Little's law: what is handled in the time of a poll. Short work on a distant queue gets up to `max`;
 * long work gets none, because a message that waits here cannot be taken by another worker.
 */
export function createPrefetch(max: number, concurrency: number): Prefetch {
  let polls: number[] = []
  let handledMs = 0
  return {
    size() {
      if (handledMs === 0 || polls.length === 0) return 0
      const pollMs = Math.min(POLL_MS_MAX, ...polls)
      const wanted = (POLLS_TO_COVER * concurrency * pollMs) / handledMs
      return wanted < SIZE_MIN ? 0 : Math.min(max, Math.ceil(wanted))
    },
    polled(ms) {
      polls = [...polls, ms].slice(-POLLS_REMEMBERED)
    },
    handled(ms) {
      handledMs = handledMs === 0 ? ms : handledMs + (ms - handledMs) * HANDLED_WEIGHT
    },
  }
}
