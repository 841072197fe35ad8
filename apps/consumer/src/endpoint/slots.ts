import type { Limiter } from '@millrace/invocation'
import { limits } from '@millrace/job'

/*
 * A consumer has so many slots, and receives nothing while all are taken. Batches that wait for an
 * endpoint that throttles take them one after the other, until no batch of another job can come whose
 * endpoint is idle. So one that has waited for long gives its slot back where
 *
 *     every slot is taken, and its endpoint has more batches here than it needs, and
 *       ├── a batch for another endpoint is here ─────▶ at once: there are probably more of them
 *       └── there is none, for none can be received ──▶ one in twenty seconds, to see what comes
 *
 * What an endpoint needs is kept, so that it is never without its next batch; alone, a job loses a
 * slot for the time of a poll.
 */

export interface Slots {
  /** Takes a slot for a batch that goes to the limiter's endpoint. */
  take(limiter: Pick<Limiter, 'state'>): Slot
}

export interface Slot {
  /** False for a batch that is to give its slot back; asked only by one that has waited for long. */
  mayWait(): boolean
  giveBack(): void
}

/** The batches of one endpoint that are here. */
interface Holding {
  held: number
  answers: number
  /** When it was last seen to have answered; and when a batch of it last made room for the unknown. */
  answeredAt: number
  leftAt: number
}

/** @param now milliseconds from any origin. */
export function createSlots(count: number, now: () => number): Slots {
  const holdings = new Map<Pick<Limiter, 'state'>, Holding>()
  let taken = 0

  return {
    take(limiter) {
      const holding = holdingOf(limiter)
      holding.held += 1
      taken += 1
      return {
        mayWait: () => mayWait(limiter, holding),
        giveBack() {
          taken -= 1
          holding.held -= 1
          if (holding.held === 0) holdings.delete(limiter)
        },
      }
    },
  }

  function holdingOf(limiter: Pick<Limiter, 'state'>): Holding {
    const known = holdings.get(limiter)
    if (known !== undefined) return known
    const at = now()
    const holding = { held: 0, answers: limiter.state.answers, answeredAt: at, leftAt: at }
    holdings.set(limiter, holding)
    return holding
  }

  function mayWait(limiter: Pick<Limiter, 'state'>, holding: Holding): boolean {
    if (taken < count || holding.held <= neededBy(limiter, holding)) return true
    if (isAnotherServed(limiter)) return false
    if (now() - holding.leftAt < limits.placeKeptMs) return true
    holding.leftAt = now()
    return false
  }

  /** What is in flight, and as many that follow; of an endpoint that answers nobody, one that tries. */
  function neededBy({ state }: Pick<Limiter, 'state'>, holding: Holding): number {
    if (state.answers !== holding.answers) {
      holding.answers = state.answers
      holding.answeredAt = now()
    }
    return now() - holding.answeredAt < limits.placeKeptMs ? 2 * state.limit : 1
  }

  function isAnotherServed(own: Pick<Limiter, 'state'>): boolean {
    return [...holdings.keys()].some(
      (limiter) => limiter !== own && limiter.state.circuit === 'closed',
    )
  }
}
