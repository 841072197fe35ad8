import type { Random } from '@millrace/testing'
import type { Scenario } from './scenario.ts'

/**
 * Of some of the runs makes ones whose endpoint answers in an outage that it is unavailable, as one does whose
 * containers are gone; otherwise it takes no connection.
 *
 * @param random a stream of its own, so that all other runs stay what they were.
 */
export function drawUnavailable(random: Random, scenario: Scenario): Scenario {
  if (!random.chance(0.3)) return scenario
  const { faults } = scenario
  return {
    ...scenario,
    faults: { ...faults, endpoint: { ...faults.endpoint, down: 'unavailable' } },
  }
}
