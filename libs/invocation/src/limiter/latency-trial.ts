/** A level, and what was seen at it: what a change of the level is compared with. */
export interface Trial {
  readonly level: number
  /** The median latency. */
  readonly typicalMs: number
  /** Invocations in flight, the mean. */
  readonly inFlight: number
}

/**
 * What a change of the level has shown about the endpoint:
 *
 * - `queues`: more at once only waited, and no more were served.
 * - `crowds`: more at once were served more slowly each, and yet more of them in all.
 * - `serves`: more at once were served nearly as fast, so latency is the endpoint's own pace.
 * - `nothing`: as many were in flight before and after.
 */
export type Verdict = 'queues' | 'crowds' | 'serves' | 'nothing'

/** Ratio of invocations in flight below which nothing can be told. */
const MORE_MIN = 1.1
/** Where more at once serve so many times as many, or fewer, they only wait. */
const GAIN_MIN = 1.1

type Seen = Pick<Trial, 'typicalMs' | 'inFlight'>

export function verdictOn(before: Seen, after: Seen): Verdict {
  const [low, high] = before.inFlight < after.inFlight ? [before, after] : [after, before]
  const more = high.inFlight / low.inFlight
  const slower = high.typicalMs / low.typicalMs
  if (more < MORE_MIN) return 'nothing'
  if (more <= slower * GAIN_MIN) return 'queues'
  return slower < Math.sqrt(more) ? 'serves' : 'crowds'
}
