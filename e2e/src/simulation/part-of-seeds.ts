import { join } from 'node:path'
import { expect } from 'vitest'
import type { Summary } from './summary.ts'
import { shareOfWork, sum } from './workers.ts'

const program = join(import.meta.dirname, 'main.ts')
/** More of them in `.ci/run`, and by `npm run simulate -- --seeds 10000`, as in the nightly script. */
const SEEDS = Number(process.env['MILLRACE_SEEDS'] ?? 300)

/**
 * Runs a part of the seeds of `npm test`, and holds that they got somewhere. Each part has a test file of
 * its own, for a file has a core.
 */
export async function runPartOfSeeds(part: number, parts: number): Promise<Summary> {
  const [from, to] = [part, part + 1].map((each) => Math.floor((SEEDS * each) / parts))
  const seeds = (to ?? 0) - (from ?? 0)
  // In a process of its own: the code that the tests are transformed to takes half as long again.
  const summary = sum(await shareOfWork(program, from ?? 0, seeds, 1))
  // Runs that never get anywhere would prove nothing.
  const ended = Object.values(summary.states).reduce((sum, count) => sum + count, 0)
  expect(summary.states['succeeded'] ?? 0).toBeGreaterThan(ended / 3)
  expect(Object.keys(summary.faults).length).toBeGreaterThan(20)
  // Made, not only asked for: a producer that refuses all of them mends nothing.
  expect(summary.retries).toBeGreaterThan(seeds / 20)
  return summary
}
