import { parseArgs } from 'node:util'
import { applyMutation } from './mutate.ts'

/** What one hunt has found: how many seeds it took, and what was then violated. */
export interface Catch {
  readonly seeds: number
  readonly what: string | undefined
}

// A process of its own: the mutation must be in place before the code that it changes is loaded.
const { values } = parseArgs({
  options: { name: { type: 'string' }, from: { type: 'string' }, max: { type: 'string' } },
})
applyMutation(values.name ?? '')
const { runSeeds } = await import('../simulation/run-seeds.ts')

const [from, max] = [Number(values.from), Number(values.max)]
let seeds = 0
let what: string | undefined
while (seeds < max && what === undefined) {
  const { violations } = await runSeeds(from + seeds, 1)
  seeds += 1
  what = violations[0]?.what
}
process.send?.({ seeds, what } satisfies Catch)
process.disconnect?.()
