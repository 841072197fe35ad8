import type { Random } from '@millrace/testing'
import type { Scenario } from './scenario.ts'

/**
 * Of some of the runs makes ones whose results go up in parts, as only results of more than 8 MiB do otherwise.
 *
 * @param random a stream of its own, so that all other runs stay what they were.
 */
export function drawParts(random: Random, scenario: Scenario): Scenario {
  if (!random.chance(0.1)) return scenario
  return { ...scenario, partBytes: random.pick([64, 256]) }
}
