/*
 * What processes of seeds tell each other: without the simulation itself, which takes seconds to load.
 */

/** What many runs add up to. */
export interface Summary {
  seeds: number
  events: number
  invocations: number
  virtualMs: number
  retries: number
  /** How often each state, each failure's code and each kind of fault came up. */
  readonly states: Record<string, number>
  readonly failures: Record<string, number>
  readonly faults: Record<string, number>
  /** The first violation of each seed that has one. */
  readonly violations: { seed: number; what: string }[]
}

export const emptySummary = (): Summary => ({
  seeds: 0,
  events: 0,
  invocations: 0,
  virtualMs: 0,
  retries: 0,
  states: {},
  failures: {},
  faults: {},
  violations: [],
})

export function count(counts: Record<string, number>, what: string, times = 1): void {
  counts[what] = (counts[what] ?? 0) + times
}
