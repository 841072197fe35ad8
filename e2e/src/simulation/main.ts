import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { printRun, printSummary } from './print.ts'
import { runSeeds } from './run-seeds.ts'
import { simulate } from './simulate.ts'
import { shareOfWork, sum } from './workers.ts'

/*
 * npm run simulate -- --seeds 10000          the seeds from 0 on, in as many processes as there are cores
 * npm run simulate -- --seed 4711            one of them again, with its history
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    from: { type: 'string', default: '0' },
    seeds: { type: 'string', default: '1000' },
    workers: { type: 'string', default: String(availableParallelism()) },
  },
})
const [from, seeds, workers] = [values.from, values.seeds, values.workers].map(Number)

if (values.seed !== undefined) {
  const run = await simulate(Number(values.seed), { full: true })
  printRun(run)
  process.exitCode = run.notes.violations.length === 0 ? 0 : 1
} else if (process.send !== undefined) {
  process.send(await runSeeds(from ?? 0, seeds ?? 0))
  process.disconnect()
} else {
  const startedAt = performance.now()
  const parts = await shareOfWork(import.meta.filename, from ?? 0, seeds ?? 0, workers ?? 1)
  const summary = sum(parts)
  printSummary(summary, (performance.now() - startedAt) / 1_000)
  process.exitCode = summary.violations.length === 0 ? 0 : 1
}
