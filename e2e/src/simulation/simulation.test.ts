import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { runSeeds } from './run-seeds.ts'
import { simulate } from './simulate.ts'

/** More of them by `npm run simulate -- --seeds 10000`; the nightly script does. */
const SEEDS = Number(process.env['MILLRACE_SEEDS'] ?? 300)

test('under every fault, no seed breaks an invariant', { timeout: 600_000 }, async () => {
  const summary = await runSeeds(0, SEEDS)
  expect(summary.violations).toEqual([])
  // Runs that never get anywhere would prove nothing.
  const ended = Object.values(summary.states).reduce((sum, count) => sum + count, 0)
  expect(summary.states['succeeded'] ?? 0).toBeGreaterThan(ended / 3)
  expect(Object.keys(summary.faults).length).toBeGreaterThan(20)
  expect(summary.faults['retry'] ?? 0).toBeGreaterThan(SEEDS / 20)
})

// The drawing of scenarios has moved on since; what they found is in `docs/simulation.md`.
test.for([
  [9, 'a job that was resumed while it was planned never ended'],
  [17, 'a stray batch failed the job that was being planned'],
  [1_000_223, 'a job resumed within two seconds lost its request'],
  [101_883, 'a late attempt failed a job that another had planned'],
] as const)('seed %d holds, by which %s', async ([seed]) => {
  const { notes } = await simulate(seed)
  expect(notes.violations).toEqual([])
})

// Of many lines and kinds of faults: where little happens, little can differ.
test.for([115, 153, 174, 193])('seed %d gives the same history each time', async (seed) => {
  const [first, second] = [
    await simulate(seed, { full: true }),
    await simulate(seed, { full: true }),
  ]
  expect(first.notes.history.length).toBeGreaterThan(60)
  expect(first.notes.faults.size).toBeGreaterThanOrEqual(10)
  expect(second.notes.history).toEqual(first.notes.history)
})

// Its consumers meet by the clock: one that shows the process's own age would tell two stories.
test('seed 220 gives the same history in each process', async () => {
  const replay = async (): Promise<string> => {
    const program = join(import.meta.dirname, 'main.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [program, '--seed', '220'])
    return stdout
  }
  const [first, second] = await Promise.all([replay(), replay()])
  expect(first.split('\n').length).toBeGreaterThan(120)
  expect(second).toBe(first)
})
