import type { Random } from '@millrace/testing'
import type { Scenario } from './scenario.ts'

/**
 * Of some of the runs in which anything may go wrong makes ones whose queues forget deletes.
 *
 * @param random a stream of its own, so that all other runs stay what they were.
 */
export function drawDeletes(random: Random, scenario: Scenario): Scenario {
  const rate = (min: number, max: number): number =>
    !scenario.calm && random.chance(0.3) ? random.log(min, max) : 0
  const deletes = { deletesIgnored: rate(0.1, 1), deletesUndone: rate(0.005, 0.1) }
  return { ...scenario, faults: { ...scenario.faults, ...deletes } }
}
