import assert from 'node:assert/strict'
import { isFinal, type Job, limits } from '@millrace/job'
import { announceConsumer, type Ledger } from '@millrace/ledger'

/** A consumer counts for so long after its last word, which it renews whenever it reads the job anew. */
const PRESENT_SECONDS = 10
/** Whoever could not renew its word for so long takes it that nobody could. */
const SILENT_SECONDS = 5
/**
 * An outage lasts for less than this. A shorter silence may also be of a time without batches of the job; who
 * has left meanwhile counts for ten seconds more then, and the shares are too small for that long.
 */
const REMEMBERED_SECONDS = 15 * 60

// One word may be late and is no silence; and a silence is noticed while the words before it still count.
assert(SILENT_SECONDS * 1_000 > 2 * limits.jobFreshMs)
assert(PRESENT_SECONDS >= 2 * SILENT_SECONDS)

/** Who shares a job, as one consumer has heard it last. */
export interface Sharers {
  /** Seconds since the epoch. */
  readonly heardAt: number
  readonly present: readonly string[]
  /** Those that were there before a silence. They count until this moment, by which they can have spoken again. */
  readonly before: readonly string[]
  readonly beforeCountsUntil: number
}

/** A consumer's part of a job's concurrency. */
export interface Share {
  /** Invocations of the job that this consumer may have in flight; infinite when nothing limits it. */
  readonly concurrencyMax: number
  readonly sharers?: Sharers
}

/**
 * What nothing limits, and what is over, costs neither a write nor a read. In a paused job this consumer still
 * counts: it may be resumed while invocations of before are under way.
 *
 * @param consumer names this process among those that work on the job.
 */
export async function shareOf(
  { ledger, consumer }: { ledger: Ledger; consumer: string },
  { jobId, state, adjusted }: Job,
  previous: Sharers | undefined,
  signal: AbortSignal,
): Promise<Share> {
  const jobMax = adjusted?.concurrencyMax
  if (jobMax === undefined || isFinal(state)) return { concurrencyMax: Number.POSITIVE_INFINITY }
  const now = Math.floor(Date.now() / 1_000)
  const presence = { consumer, expiresAt: now + PRESENT_SECONDS }
  const present = await announceConsumer(ledger, jobId, presence, now, signal)
  const sharers = hear(present, previous, now)
  return { concurrencyMax: shareOfConcurrency(jobMax, inJob(sharers), consumer), sharers }
}

/**
 * While the ledger is away every word runs out. Whoever reaches it first afterwards finds nobody else, and
 * would take the whole concurrency, each as it comes: so it goes on by what it knew.
 */
export function hear(
  present: readonly string[],
  previous: Sharers | undefined,
  now: number,
): Sharers {
  const fresh = { heardAt: now, present }
  if (previous === undefined) return { ...fresh, before: [], beforeCountsUntil: now }
  const { heardAt, before, beforeCountsUntil } = previous
  const silence = now - heardAt
  const wasOutage = silence >= SILENT_SECONDS && silence <= REMEMBERED_SECONDS
  // An outage while those before the last one still count adds nobody: who is gone would be carried on for ever.
  return wasOutage && now >= beforeCountsUntil
    ? { ...fresh, before: previous.present, beforeCountsUntil: now + PRESENT_SECONDS }
    : { ...fresh, before, beforeCountsUntil }
}

/** All that count at the moment of the last word. */
export const inJob = ({ heardAt, present, before, beforeCountsUntil }: Sharers): string[] => [
  ...new Set(heardAt < beforeCountsUntil ? [...present, ...before] : present),
]

/**
 * A consumer's part of a concurrency that all share: whole numbers that add up to it, whatever each
 * consumer computes for itself. With more consumers than invocations some have none.
 */
export function shareOfConcurrency(
  concurrencyMax: number,
  consumers: readonly string[],
  consumer: string,
): number {
  const rank = consumers.toSorted().indexOf(consumer)
  const count = Math.max(1, consumers.length)
  return Math.floor(concurrencyMax / count) + (rank < concurrencyMax % count ? 1 : 0)
}
