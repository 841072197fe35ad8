import { parseArgs } from 'node:util'
import { applyMutation } from './mutate.ts'
import { ruleOf } from './mutation.ts'

/** What one hunt has found. */
export interface Catch {
  /** How many it took. */
  readonly seeds: number
  /** The violation of a rule that the mutation is to be noticed by. */
  readonly what: string | undefined
  /** Other rules that were violated before it. */
  readonly others: readonly string[]
}

// A process of its own: the mutation must be in place before the code that it changes is loaded.
const { values } = parseArgs({
  options: { name: { type: 'string' }, from: { type: 'string' }, max: { type: 'string' } },
})
const { noticedBy } = applyMutation(values.name ?? '')
const { runSeeds } = await import('../simulation/run-seeds.ts')

const [from, max] = [Number(values.from), Number(values.max)]
const others = new Set<string>()
let seeds = 0
let what: string | undefined
while (seeds < max && what === undefined) {
  const { violations } = await runSeeds(from + seeds, 1)
  seeds += 1
  what = violations.find((violation) => noticedBy.includes(ruleOf(violation.what)))?.what
  if (what === undefined) for (const violation of violations) others.add(ruleOf(violation.what))
}
process.send?.({ seeds, what, others: [...others] } satisfies Catch)
process.disconnect?.()
