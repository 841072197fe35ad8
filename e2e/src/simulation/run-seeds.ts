import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Run, simulate } from './simulate.ts'
import { count, emptySummary, type Summary } from './summary.ts'

/** Runs seeds one after the other. A rejection that nobody handles would end a real process. */
export async function runSeeds(from: number, seeds: number): Promise<Summary> {
  const summary = emptySummary()
  let current = from
  const onRejection = (error: unknown): void => {
    const what = `no bugs: unhandled rejection: ${(error as Error).stack}`
    summary.violations.push({ seed: current, what })
  }
  process.on('unhandledRejection', onRejection)
  const { stackTraceLimit } = Error
  // Most errors here are faults that are asked for; whoever replays a seed sees where each came from.
  Error.stackTraceLimit = 0
  for (; current < from + seeds; current += 1) {
    try {
      add(summary, await simulate(current))
      // By then Node has told of what its end has rejected.
      await nextTurn()
    } catch (error) {
      // A bug of the simulation itself; the other seeds are worth their while all the same.
      summary.violations.push({
        seed: current,
        what: `no bugs: the run has thrown: ${(error as Error).stack}`,
      })
    }
  }
  Error.stackTraceLimit = stackTraceLimit
  process.off('unhandledRejection', onRejection)
  return summary
}

function add(summary: Summary, run: Run): void {
  summary.seeds += 1
  summary.events += run.events
  summary.invocations += run.invocations
  summary.virtualMs += run.virtualMs
  summary.retries += run.retries
  for (const state of run.states) count(summary.states, state ?? 'none')
  for (const failure of run.failures) count(summary.failures, failure.split(':')[0] ?? '')
  for (const [kind, times] of run.notes.faults) count(summary.faults, kind, times)
  const [what] = run.notes.violations
  if (what !== undefined) summary.violations.push({ seed: run.seed, what })
}
