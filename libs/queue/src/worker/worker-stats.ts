import type { Gate } from './receive.ts'

/** What a worker does now and has done since it was created. */
export interface WorkerStats {
  /** Messages in the hands of a handler. */
  readonly running: number
  /** How long the oldest of them has been there; 0 when there is none. */
  readonly oldestMs: number
  /** Messages received that wait for a slot. */
  readonly waiting: number
  /** Messages whose acknowledgement, release or copy is under way. */
  readonly settling: number
  readonly received: number
  readonly acknowledged: number
  readonly released: number
  readonly requeued: number
  readonly deadLettered: number
  /** Attempts that were not cut off: their handler threw, or gave the message back for another. */
  readonly attemptsFailed: number
  /** Messages lost to another worker while in hand. */
  readonly visibilityLost: number
  /** Calls that could not be made good: the message comes again after its visibility. */
  readonly settleErrors: number
  readonly receiveErrors: number
  readonly gate: Gate
  /** How long `ready` has held the gate shut, in all. */
  readonly gateClosedMs: number
  /** Since the last poll began or ended; 0 while the gate is shut by our own choice. */
  readonly pollAgeMs: number
}

type Count = Exclude<
  keyof WorkerStats,
  'running' | 'oldestMs' | 'waiting' | 'settling' | 'gate' | 'gateClosedMs' | 'pollAgeMs'
>

export interface Counters {
  count(what: Count): void
  gate(gate: Gate): void
  snapshot(now: Pick<WorkerStats, 'running' | 'oldestMs' | 'waiting' | 'settling'>): WorkerStats
}

export function createCounters(now: () => number): Counters {
  const counts: Record<Count, number> = {
    received: 0,
    acknowledged: 0,
    released: 0,
    requeued: 0,
    deadLettered: 0,
    attemptsFailed: 0,
    visibilityLost: 0,
    settleErrors: 0,
    receiveErrors: 0,
  }
  let gate: Gate = 'full'
  let gateSinceMs = now()
  let closedMs = 0
  const sinceMs = () => now() - gateSinceMs
  return {
    count(what) {
      counts[what] += 1
    },
    gate(next) {
      if (gate === 'closed') closedMs += sinceMs()
      gate = next
      gateSinceMs = now()
    },
    snapshot: (hands) => ({
      ...hands,
      ...counts,
      gate,
      gateClosedMs: closedMs + (gate === 'closed' ? sinceMs() : 0),
      pollAgeMs: gate === 'open' ? sinceMs() : 0,
    }),
  }
}
