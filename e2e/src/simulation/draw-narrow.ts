import type { Random } from '@millrace/testing'
import type { Adjustment, Scenario } from './scenario.ts'

/**
 * Of some of the runs in which nothing goes wrong makes one whose jobs are long enough, and are allowed so few
 * invocations, that it shows whether consumers keep to it. Most jobs are over before they would have to.
 *
 * @param random a stream of its own, so that all other runs stay what they were.
 */
export function drawNarrow(random: Random, scenario: Scenario): Scenario {
  if (!scenario.calm || !random.chance(0.15)) return scenario
  const { faults } = scenario
  const adjustments = Array.from({ length: random.int(1, 2) }, (_, index) =>
    drawAdjustment(random, index),
  )
  // The longer one is longer than a consumer counts as present after its last word.
  const latencyMs = random.pick([1_000, 20_000])
  return {
    ...scenario,
    jobs: scenario.jobs.map((job) => ({ ...job, rows: random.int(80, 120), batchRows: 1 })),
    machines: { ...scenario.machines, consumer: random.int(2, 3) },
    concurrency: random.pick([2, 4]),
    faults: { ...faults, endpoint: { ...faults.endpoint, latencyMs } },
    adjustments: [...scenario.adjustments, ...adjustments],
  }
}

/** The first when the job is young; what comes later may widen it again. */
const drawAdjustment = (random: Random, index: number): Adjustment => ({
  atMs: Math.round(random.log(1_000, 10_000)) + index * 20_000,
  concurrencyMax: random.int(1, index === 0 ? 3 : 6),
})
