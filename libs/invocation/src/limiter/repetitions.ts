/**
 * What comes of rows that the model has failed at and that are sent again as they are. Rows that break its container
 * fail each time; of a model that has more work than it can do, the same rows are answered sooner or later. Its
 * failures look alike, but not this share.
 */
export interface Repetitions {
  /** Rows that had failed were answered in the end, or have failed each time. */
  ended(answered: boolean): void
  /** How many of the last ones were answered, from 0 to 1; unknown before there are some. */
  readonly answered: number | undefined
  /** Next to none: failures of the model are those of rows, and say nothing of what it has room for. */
  readonly areInVain: boolean
}

/** What weight the one before has: the share is about that of the last sixteen. */
const KEPT = 15 / 16
/** Weight of all that is needed to tell: of eight. */
const KNOWN_MIN = 6
/** A model with no room for nine in ten answers a fifth of what it has failed at within two repetitions. */
const ANSWERED_MAX = 0.15

export function createRepetitions(): Repetitions {
  let [all, answered] = [0, 0]
  const share = (): number | undefined => (all < KNOWN_MIN ? undefined : answered / all)
  return {
    ended(isAnswered) {
      all = all * KEPT + 1
      answered = answered * KEPT + (isAnswered ? 1 : 0)
    },
    get answered() {
      return share()
    },
    get areInVain() {
      return (share() ?? 1) < ANSWERED_MAX
    },
  }
}
