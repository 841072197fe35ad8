import type { Random } from '@millrace/testing'
import type { Scenario } from './scenario.ts'

/**
 * Of some of the runs makes ones whose container fails at what its model does not take, a bad row or a column too
 * many, by HTTP 500 and not by 400: many a server does that. It looks like a fault of the endpoint then, which no run
 * has in which nothing goes wrong.
 *
 * @param random a stream of its own, so that all other runs stay what they were.
 */
export function drawCrashing(random: Random, scenario: Scenario): Scenario {
  if (scenario.calm || !random.chance(0.15)) return scenario
  const { faults } = scenario
  return { ...scenario, faults: { ...faults, endpoint: { ...faults.endpoint, refuses: 500 } } }
}
