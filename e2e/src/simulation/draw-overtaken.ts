import type { Random } from '@millrace/testing'
import type { Scenario } from './scenario.ts'

/**
 * Of some of the runs in which anything may go wrong makes ones whose aggregator is overtaken while it writes, and goes
 * on before who has overtaken it is done. Where services are near, a result is written too quickly for the two to meet.
 *
 * @param random a stream of its own, so that all other runs stay what they were.
 */
export function drawOvertaken(random: Random, scenario: Scenario): Scenario {
  if (scenario.calm || !random.chance(0.08)) return scenario
  const { faults, aimed } = scenario
  const overtake = { atMs: random.int(1, 2_500), kind: 'overtake_as_they_wake' } as const
  return {
    ...scenario,
    faults: { ...faults, link: { ...faults.link, latencyMs: 100 } },
    aimed: [...aimed, { state: 'aggregating', actions: [overtake] }],
  }
}
