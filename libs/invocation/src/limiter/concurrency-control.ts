import type { Cohort } from './latency-cohort.ts'
import { createLatencyGauge } from './latency-gauge.ts'
import { type Trial, verdictOn } from './latency-trial.ts'
import { createRecovery } from './recovery.ts'
import { createRefusedLevels } from './refused-levels.ts'
import { createYieldEpochs } from './yield-epochs.ts'

/*
 * How many invocations at once. An endpoint says "too many" in two ways, and both are heard:
 *
 * It throttles. The invocations that were in flight beside a throttled one are what the endpoint
 * took, so the limit becomes their number: one throttle finds the limit to the slot, where halving
 * would throw away half of it. Throttles that go on and on double the step down.
 *
 * It queues. Then latency grows over what it is with room to spare, and the limit follows the part
 * of it that is served rather than queued (TCP Vegas, Netflix's concurrency-limits). Latency rises for
 * reasons of its own, too, so a cut has to prove itself: where fewer at once are not quicker, or
 * fewer are served, it is undone. And where latency says to hold, a few more are tried once an
 * epoch: if they serve more, more latency is borne, up to a bound.
 *
 *     starting ── first throttle, or latency ──▶ steady ◀── throttle, or the level of before ──┐
 *      two more for each answer: triples           │                                           │
 *      within each latency                         └─ each epoch ─▶ yielding ─ two latencies ─▶ recovering
 *
 * Starting: a job of minutes does not get the first half of one back. At 500 ms and 128 at once, each
 * latency spent at a handful costs a percent of thirty seconds.
 *
 * Steady: a level that throttled is tried again the later, the more often it did
 * (`refused-levels.ts`).
 *
 * Yielding: at epochs (`yield-epochs.ts`) every consumer gives back a quarter of its limit and all
 * take room again at equal times (`recovery.ts`). What is given is in proportion and what is taken is
 * not, so consumers that never hear of each other come to equal shares (AIMD; Chiu and Jain 1989);
 * and the latency without a queue is seen again.
 */

export interface ControlOptions {
  readonly concurrencyMax: number
  readonly concurrencyStart: number
  /** The part of the capacity found that is used, above 0 and at most 1. */
  readonly share: number
  /** From 0 to 1, 1 excluded. */
  readonly random: () => number
}

/** One invocation, as the control remembers it. */
export interface Ticket {
  readonly seq: number
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly cohort: Cohort
}

export type Ending =
  | 'answered'
  | 'refused' // For its rows: it was let in, but its latency is not that of a prediction.
  | 'throttled'
  | 'timed_out'
  | 'failed'
  | 'broken' // By its rows, as far as can be told: nothing is said of capacity.

export interface EndingFacts {
  readonly ending: Ending
  /** Milliseconds since the epoch, now. */
  readonly at: number
  /** Invocations in flight, this one not counted. */
  readonly others: number
  /** True when all the room was in use, so that more room would have been used. */
  readonly full: boolean
}

export interface ConcurrencyControl {
  /** Invocations at once, now; a whole number, at least 1. */
  readonly limit: number
  /**
   * @param inFlight The invocation itself included.
   * @param size Rows or bytes, to compare latencies of like with like only.
   */
  start(at: number, inFlight: number, size: number): Ticket
  end(ticket: Ticket, facts: EndingFacts): void
  /** When `wake` is to be called, in milliseconds since the epoch; nothing when answers are enough. */
  readonly wakeAt: number | undefined
  /** @param full As of an ending. */
  wake(at: number, full: boolean): void
}

const TIMED_OUT_FACTOR = 0.75
const FAILED_FACTOR = 0.75
/** Failures among the last hundred endings that mean overload rather than chance. */
const FAILED_PERCENT_MAX = 20
/**
 * Throttles in a row, at least, and of large levels half of the level, before the step down doubles:
 * who takes room again beside this one is answered with a throttle for each slot, too.
 */
const THROTTLES_TAKEN_MIN = 3
const YIELD_LATENCIES = 2
/** For so long, and for so many latencies, an endpoint that has throttled is taken for one that does. */
const THROTTLES_MS = 120_000
const THROTTLES_LATENCIES = 100
/** The part of a latency over which the consumers of an endpoint begin to take room again. */
const SPREAD = 0.5
/** At least, for clocks differ. */
const YIELD_MS_MIN = 50
/** What an answer adds at the start; long invocations double only, for a queue brings them near 60 s. */
const GROWTH = 2
const GROWTH_LONG = 1
const LONG_MS = 2_000
/** How long a capacity that was found is trusted when only a share of it is to be used. */
const CAPACITY_TRUSTED_MS = 60_000
/** Over this ratio to the free latency nothing is added; over the other one it is taken away. */
const LATENCY_RATIO_HOLD = 1.3
const LATENCY_RATIO_CUT = 2
/** By how much more latency is borne where more at once serve more; and how much more at most. */
const PATIENCE_STEP = Math.SQRT2
const PATIENCE_MAX = 2
/** How many more are tried where latency says to hold. */
const TRIAL_FACTOR = 1.25
/** Standard errors by which latency must have risen for that. */
const SURENESS_MIN = 4

type Phase = 'starting' | 'steady' | 'yielding' | 'recovering'

export function createConcurrencyControl(options: ControlOptions): ConcurrencyControl {
  const max = options.concurrencyMax
  let level = Math.min(max, options.concurrencyStart)
  let phase: Phase = 'starting'
  let seq = 0
  /** Invocations from before this one were sent under a higher limit. */
  let cutSeq = 0
  let throttlesInRow = 0
  let step = 1
  let answers = 0
  const refusedLevels = createRefusedLevels()
  let capacity: { readonly level: number; readonly until: number } | undefined
  let failedPercent = 0
  const epochs = createYieldEpochs()
  let yieldUntil = 0
  const recovery = createRecovery()
  /** Up to where room is taken again: further than it was given only where throttles tell the end. */
  let recoverTo = level
  let throttledAt = Number.NEGATIVE_INFINITY
  /** Factor of the latency that is borne: more where more at once serve more. */
  let patience = 1
  /** What was before a cut for the latency, and before a raise in spite of it, until it is judged. */
  let cut: (Trial & { readonly phase: Phase }) | undefined
  let raised: Trial | undefined
  /** Once an epoch. */
  let mayTry = true
  /** Of answers that came before it was known what waiting is. */
  const firstLatencies: number[] = []
  const latency = createLatencyGauge(() => phase === 'starting')

  return {
    get limit() {
      return level
    },
    start: (at, inFlight, size) => ({ seq: seq++, at, cohort: latency.sent(size, inFlight) }),
    end(ticket, facts) {
      if (facts.ending !== 'answered') latency.dropped(ticket.cohort)
      if (facts.ending === 'broken') return
      failedPercent += ((facts.ending === 'failed' ? 100 : 0) - failedPercent) / 50
      switch (facts.ending) {
        case 'answered':
          return answered(ticket, facts)
        case 'refused':
          return latency.typicalMs > 0 ? letIn(ticket, facts) : undefined
        case 'throttled':
          return throttled(ticket, facts)
        case 'timed_out':
          return cutTo(level * TIMED_OUT_FACTOR, ticket)
        case 'failed':
          return failedPercent > FAILED_PERCENT_MAX
            ? cutTo(level * FAILED_FACTOR, ticket)
            : undefined
      }
      return facts.ending satisfies never
    },
    get wakeAt() {
      if (phase === 'yielding') return yieldUntil
      return phase === 'recovering' ? recovery.dueAt : undefined
    },
    wake(at, full) {
      turn(at)
      if (phase === 'recovering') recover(at, full)
    },
  }

  function answered(ticket: Ticket, facts: EndingFacts): void {
    const latencyMs = facts.at - ticket.at
    if (latency.answered(ticket.cohort, latencyMs)) heedLatency(ticket, facts.at)
    letIn(ticket, facts)
    if (facts.full && phase === 'starting') grow(latencyMs, ticket.cohort.size)
  }

  function letIn(ticket: Ticket, { at, full }: EndingFacts): void {
    if (ticket.seq >= cutSeq) throttlesInRow = 0
    turn(at)
    if (!full) return
    answers++
    const needed = refusedLevels.answersNeeded(level, latency.typicalMs)
    if (phase === 'steady' && answers >= needed) raise(at)
  }

  function heedLatency(ticket: Ticket, at: number): void {
    if (raised !== undefined) return judgeRaise(raised)
    if (cut !== undefined && !hasHelped(cut)) return
    if (latency.ratio > LATENCY_RATIO_CUT * patience && sure() && latency.queued >= 3) {
      cut = { ...seen(), phase }
      cutToServed(ticket, at)
    }
  }

  /** A cut that proves wrong is undone. */
  function hasHelped(before: Trial & { readonly phase: Phase }): boolean {
    cut = undefined
    const verdict = verdictOn(before, latency)
    if (verdict === 'queues' || verdict === 'nothing') return true
    if (verdict === 'serves') latency.rebase()
    else if (patience < PATIENCE_MAX) patience *= PATIENCE_STEP
    else return true
    level = Math.min(max, Math.max(level, before.level))
    phase = before.phase
    return false
  }

  /** Where latency says to hold, it is tried now and then whether more at once serve more. */
  function raiseOnTrial(most: number): void {
    mayTry = false
    raised = seen()
    level = Math.min(most, Math.ceil(level * TRIAL_FACTOR))
    latency.restart(false)
  }

  function judgeRaise(before: Trial): void {
    raised = undefined
    const verdict = verdictOn(before, latency)
    if (verdict === 'nothing') return
    if (verdict === 'serves') {
      patience = Math.min(PATIENCE_MAX, patience * PATIENCE_STEP)
    } else {
      level = Math.min(level, before.level)
      patience = Math.max(1, patience / PATIENCE_STEP)
    }
  }

  function seen(): Trial {
    return { level, typicalMs: latency.typicalMs, inFlight: latency.inFlight }
  }

  function sure(): boolean {
    return latency.sureness > SURENESS_MIN
  }

  function queues(): boolean {
    return latency.ratio > LATENCY_RATIO_HOLD * patience && sure() && latency.queued >= 2
  }

  /** As long as answers come as soon as the first ones did, each makes room for more. */
  function grow(latencyMs: number, size: number): void {
    if (queues()) return settle()
    const isPrompt = latency.isPrompt(size, latencyMs)
    if (isPrompt === undefined) return void firstLatencies.push(latencyMs)
    const prompt = firstLatencies.splice(0).filter((ms) => latency.isPrompt(size, ms)).length
    const more = prompt + (isPrompt ? 1 : 0)
    level = Math.min(max, level + more * (latency.typicalMs > LONG_MS ? GROWTH_LONG : GROWTH))
  }

  /** One more, or as many as the last raises that held allow. */
  function raise(at: number): void {
    refusedLevels.held(level)
    answers = 0
    const most = Math.min(max, shareOfCapacity(at))
    if (level >= most) return settle()
    if (queues()) return mayTry && cut === undefined ? raiseOnTrial(most) : settle()
    level = Math.min(most, refusedLevels.reach(level, step))
    step = Math.min(step * 2, Math.max(1, level >> 1))
  }

  /** As many more as are due, until there is no more to have. */
  function recover(at: number, full: boolean): void {
    const most = Math.min(max, shareOfCapacity(at), recoverTo)
    const due = recovery.take(at)
    if (!full || level >= most || queues()) return settle()
    level = Math.min(most, level + due)
  }

  function shareOfCapacity(at: number): number {
    if (options.share === 1 || capacity === undefined || at > capacity.until) return max
    return Math.max(1, Math.floor(options.share * capacity.level))
  }

  function throttled(ticket: Ticket, { others, at }: EndingFacts): void {
    throttledAt = at
    const taken = Math.max(1, others)
    if (taken > level) return // Sent before the limit was cut below this.
    if (ticket.seq < cutSeq) {
      level = Math.min(level, taken)
    } else {
      refusedLevels.refused(taken + 1)
      throttlesInRow++
      const beyondTaken = throttlesInRow - Math.max(THROTTLES_TAKEN_MIN, level >> 1)
      level = Math.max(1, taken + 1 - 2 ** Math.max(0, beyondTaken))
      cutSeq = seq
    }
    foundCapacity(taken, at)
    // Who has yielded takes room again, whatever came of what was sent before.
    if (phase !== 'yielding') settle()
    raised = undefined
    epochs.found(level, at, latency.typicalMs)
  }

  function cutToServed(ticket: Ticket, at: number): void {
    foundCapacity(Math.ceil(latency.served), at)
    cutTo(Math.max(level / 2, latency.served * 1.25), ticket)
  }

  function foundCapacity(found: number, at: number): void {
    if (options.share === 1) return
    capacity = { level: found, until: at + CAPACITY_TRUSTED_MS }
    level = Math.min(level, shareOfCapacity(at))
  }

  /** Once for all that was sent under one limit: what came before the last cut is known already. */
  function cutTo(next: number, ticket: Ticket): void {
    if (ticket.seq < cutSeq) return
    level = Math.max(1, Math.min(level, Math.floor(next)))
    cutSeq = seq
    latency.restart(false)
    settle()
  }

  function settle(): void {
    phase = 'steady'
    step = 1
    answers = 0
  }

  /** Begins and ends the yielding of each epoch. */
  function turn(at: number): void {
    if (phase === 'yielding' && at >= yieldUntil) {
      latency.restart(false)
      settle()
      phase = 'recovering'
      // Else whose answers come first would have the odd slot each time.
      recovery.begin(at + options.random() * SPREAD * latency.typicalMs, latency.typicalMs)
    }
    if (!epochs.isDue(at, latency.typicalMs)) return
    mayTry = true
    if (phase === 'steady') yieldFrom(at)
  }

  function yieldFrom(at: number): void {
    epochs.yielded(level)
    const throttlesFor = Math.max(THROTTLES_MS, THROTTLES_LATENCIES * latency.typicalMs)
    recoverTo = at < throttledAt + throttlesFor ? Number.POSITIVE_INFINITY : level
    cut = undefined
    raised = undefined
    yieldUntil = at + Math.max(YIELD_MS_MIN, YIELD_LATENCIES * latency.typicalMs)
    // Of what waits in the endpoint's queue, too, nothing is to remain.
    const served = queues() ? Math.min(level, Math.ceil(latency.served)) : level
    if (served > 1) level = served - Math.ceil(served / 4)
    phase = 'yielding'
    latency.restart(true)
  }
}
