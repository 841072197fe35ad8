import type { Summary } from './summary.ts'
import type { Run } from './simulate.ts'

const VIOLATIONS_SHOWN = 20

/** The history of one run, a line an event, with the seconds since its beginning. */
export function printRun({ seed, scenario, notes, states, events, virtualMs }: Run): void {
  console.log(JSON.stringify({ seed, ...scenario }, null, 1))
  for (const { atMs, who, what } of notes.history) {
    console.log(`${(atMs / 1_000).toFixed(3).padStart(10)}  ${who.padEnd(13)} ${what}`)
  }
  console.log(`\n${events} events, ${(virtualMs / 1_000).toFixed(1)} s, jobs: ${states.join(', ')}`)
  for (const violation of notes.violations) console.log(`VIOLATION ${violation}`)
}

/** What the seeds have shown, and for each that has failed the command that replays it. */
export function printSummary(summary: Summary, seconds: number): void {
  const { seeds, events, invocations, virtualMs, retries, violations } = summary
  const perSecond = (seeds / seconds).toFixed(1)
  const days = (virtualMs / 86_400_000).toFixed(1)
  console.log(`${seeds} seeds in ${seconds.toFixed(1)} s (${perSecond} a second)`)
  console.log(
    `${events} events, ${invocations} invocations, ${retries} retries, ${days} days of virtual time`,
  )
  for (const name of ['states', 'failures', 'faults'] as const) {
    const counts = Object.entries(summary[name]).sort(([, a], [, b]) => b - a)
    console.log(`${name}: ${counts.map(([what, times]) => `${what} ${times}`).join(', ')}`)
  }
  console.log(`violations: ${violations.length}`)
  for (const { seed, what } of violations.slice(0, VIOLATIONS_SHOWN)) {
    console.log(`\n${what}\n  replay: npm run simulate -- --seed ${seed}`)
  }
}
