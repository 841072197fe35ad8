import { copyOf } from '../calls/copy-message.ts'
import { type DeadLetter, deadLetterOf } from './dead-letter.ts'
import { EVIDENCE } from '../calls/evidence.ts'
import { publishEntries } from '../calls/publish.ts'
import type { Queue } from '../calls/queue.ts'
import type { QueueError } from '../calls/queue-error.ts'
import { REQUEUES, requeuesOf } from '../calls/received.ts'
import { createPublishedBodies } from './published-bodies.ts'
import { type Swept, sweepDeadLetters } from './sweep-dead-letters.ts'
import { sleep } from '../calls/wait.ts'

export interface DeadLettersWanted {
  /** Letters looked at, at most: from 1. */
  readonly max: number
  readonly matches: (letter: DeadLetter) => boolean
}

/**
 * Reads what is in a dead-letter queue and leaves it there. While it reads, the letters are hidden
 * from others; of what SQS has moved there, each look counts as an attempt.
 *
 * @returns `all` is false when there may be more letters than were looked at.
 */
export async function readDeadLetters(
  queue: Queue,
  { max, matches }: DeadLettersWanted,
  signal: AbortSignal,
): Promise<{ readonly letters: readonly DeadLetter[]; readonly all: boolean }> {
  const letters: DeadLetter[] = []
  const look = async (messages: readonly Parameters<typeof deadLetterOf>[0][]) => {
    letters.push(...messages.map(deadLetterOf).filter(matches))
    return []
  }
  const { all } = await sweepDeadLetters(queue, max, look, signal)
  return { letters, all }
}

/** Deletes letters for good. */
export async function discardDeadLetters(
  queue: Queue,
  { max, matches }: DeadLettersWanted,
  signal: AbortSignal,
): Promise<Swept> {
  return await sweepDeadLetters(
    queue,
    max,
    async (messages) => messages.filter((message) => matches(deadLetterOf(message))),
    signal,
  )
}

export interface Redrive extends DeadLettersWanted {
  /** Messages published a second, at most: a thousand at once may be what has brought them here. */
  readonly perSecond: number
  readonly now?: () => number
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

export interface Redriven extends Swept {
  /** Of those kept, the ones that were to be published and could not be. */
  readonly refused: number
  /** Why the first of them could not be. */
  readonly refusal?: QueueError
  /** Of those kept, the ones that were published and have come back meanwhile. */
  readonly cameBack: number
}

/**
 * Publishes letters to a queue again, as new messages with all their attempts before them, and then
 * deletes them. One that dies in between has published a message twice, which is recorded once. What comes back while
 * it goes on is left: nothing is published twice by one redrive.
 *
 * Ends early when the queue takes none of those that one call brings it.
 */
export async function redriveDeadLetters(
  from: Queue,
  to: Queue,
  redrive: Redrive,
  signal: AbortSignal,
): Promise<Redriven> {
  const { max, matches, perSecond, now = () => performance.now(), sleep: wait = sleep } = redrive
  const startedAtMs = now()
  let redriven = 0
  let refused = 0
  let refusal: QueueError | undefined
  let cameBack = 0
  let isOver = false
  const bodies = createPublishedBodies()
  const swept = await sweepDeadLetters(
    from,
    max,
    async (messages) => {
      const matching = messages.filter((message) => matches(deadLetterOf(message)))
      const wanted = matching.filter((message) => !bodies.isBack(message))
      cameBack += matching.length - wanted.length
      if (wanted.length === 0) return []
      const dueAtMs = startedAtMs + (redriven / perSecond) * 1_000
      if (dueAtMs > now()) await wait(dueAtMs - now(), signal)
      signal.throwIfAborted()
      const entries = wanted.map((message) =>
        copyOf(message, { [REQUEUES]: String(requeuesOf(message) + 1) }, EVIDENCE),
      )
      const outcomes = await publishEntries(to, entries, Math.random, signal)
      const published = wanted.filter((_, index) => outcomes[index] === undefined)
      bodies.add(published)
      redriven += published.length
      refused += wanted.length - published.length
      refusal ??= outcomes.find((outcome) => outcome !== undefined)
      isOver = published.length === 0
      return published
    },
    signal,
    () => isOver,
  )
  signal.throwIfAborted()
  return { ...swept, refused, cameBack, ...(refusal === undefined ? {} : { refusal }) }
}
