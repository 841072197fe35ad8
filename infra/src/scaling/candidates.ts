import { type Outcome, outcomeOf } from './outcome.ts'
import { chosen, scalingPolicyOf, type ScalingShape } from './scaling-policy.ts'
import { BATCH_SECONDS, fleet, scenarios, TASKS_MAX } from './scenarios.ts'
import { type Sample, simulate } from './simulate.ts'

export interface Candidate {
  readonly delaySeconds: number
  readonly shrink: ScalingShape['shrink']
}

/** What was tried. */
export const candidates: readonly Candidate[] = [60, 120, 180, 300].flatMap((delaySeconds) =>
  [
    { utilisation: 0.6, minutes: 5, percent: -25 },
    { utilisation: 0.6, minutes: 10, percent: -25 },
    { utilisation: 0.6, minutes: 20, percent: -25 },
    { utilisation: 0.9, minutes: 5, percent: -50 },
    { utilisation: 0.4, minutes: 10, percent: -50 },
  ].map((shrink) => ({ delaySeconds, shrink })),
)

/** The delay that goes with `chosen`, unless the settings of a stack say otherwise. */
export const DELAY_SECONDS = 120

export const chosenCandidate: Candidate = { delaySeconds: DELAY_SECONDS, shrink: chosen.shrink }

export interface Day {
  readonly name: string
  readonly samples: readonly Sample[]
  readonly outcome: Outcome
}

export function daysOf({ delaySeconds, shrink }: Candidate): readonly Day[] {
  const size = { tasksMax: TASKS_MAX, concurrency: fleet.concurrency, batchSeconds: BATCH_SECONDS }
  const policy = scalingPolicyOf({ ...size, delaySeconds }, { ...chosen, shrink })
  return scenarios.map((scenario) => {
    const samples = simulate(scenario, policy, fleet)
    return { name: scenario.name, samples, outcome: outcomeOf(samples) }
  })
}

/** Ten million rows are to be begun within so long. */
const BURST_AGE_SECONDS_MAX = 180

export interface Verdict {
  readonly taskHours: number
  readonly flaps: number
  readonly burstAgeSeconds: number
  readonly isGood: boolean
}

/** No flapping, and a burst that does not wait: among those the cheapest is chosen. */
export function judge(days: readonly Day[]): Verdict {
  const sum = (of: (outcome: Outcome) => number) =>
    days.reduce((total, { outcome }) => total + of(outcome), 0)
  const burst = days.find(({ name }) => name === 'burst of 10 million rows')
  const flaps = sum((outcome) => outcome.flaps)
  const burstAgeSeconds = burst?.outcome.ageMaxSeconds ?? Infinity
  return {
    taskHours: sum(({ taskHours }) => taskHours),
    flaps,
    burstAgeSeconds,
    isGood: flaps === 0 && burstAgeSeconds <= BURST_AGE_SECONDS_MAX,
  }
}
