import { fork } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { count, emptySummary, type Summary } from './summary.ts'

/** So many seeds a process at most: its first five hundred take half as long again as those after two thousand. */
const SEEDS_AT_ONCE = 20_000
/**
 * Young objects die young here; a larger nursery halves the time of collecting them, and threads that
 * would help with it cost more than they save. And much code runs, each piece of it seldom: none of it
 * is worth interpreting first. The bytes of results lie outside the heap: they alone would have all of
 * it collected every seventy seeds, and the code with it that was seldom called.
 */
export const EXEC_ARGV = [
  '--min-semi-space-size=64',
  '--max-semi-space-size=128',
  '--initial-heap-size=400',
  '--external-memory-accounted-in-global-limit',
  '--single-threaded-gc',
  '--always-sparkplug',
]

/**
 * Runs the seeds in child processes of `program`, each of which sends its summary and ends. They take what others
 * leave of the cores: time is virtual in them.
 */
export async function shareOfWork(
  program: string,
  from: number,
  seeds: number,
  workers: number,
): Promise<Summary[]> {
  const shares: { from: number; seeds: number }[] = []
  const size = Math.min(SEEDS_AT_ONCE, Math.ceil(seeds / workers))
  for (let at = from; at < from + seeds; at += size) {
    shares.push({ from: at, seeds: Math.min(size, from + seeds - at) })
  }
  const summaries: Summary[] = []
  const work = async (): Promise<void> => {
    for (let share = shares.shift(); share !== undefined; share = shares.shift()) {
      summaries.push(await runShare(program, share))
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  return summaries
}

function runShare(program: string, share: { from: number; seeds: number }): Promise<Summary> {
  const options = ['--from', String(share.from), '--seeds', String(share.seeds)]
  const child = fork(program, options, { execArgv: EXEC_ARGV })
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW)
  return new Promise((resolve, reject) => {
    child.once('message', (summary) => resolve(summary as Summary))
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`seeds from ${share.from}: exit code ${code}`)))
  })
}

/** What the parts add up to. */
export function sum(parts: readonly Summary[]): Summary {
  const total = emptySummary()
  for (const part of parts) {
    for (const name of ['seeds', 'events', 'invocations', 'virtualMs', 'retries'] as const) {
      total[name] += part[name]
    }
    for (const name of ['states', 'failures', 'faults'] as const) {
      for (const [what, times] of Object.entries(part[name])) count(total[name], what, times)
    }
    total.violations.push(...part.violations)
  }
  total.violations.sort((a, b) => a.seed - b.seed)
  return total
}
