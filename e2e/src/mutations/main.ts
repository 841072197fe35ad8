import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import type { Catch } from './hunt.ts'
import { huntStarts } from './hunt-starts.ts'
import { type Mutation, ruleOf } from './mutation.ts'
import { mutations } from './mutations.ts'
import { startHunt } from './start-hunt.ts'

/*
 * npm run mutations -- --hunts 5 --max 2000 [--only text]
 *
 * Breaks the safety code in each way of the table and counts the seeds until the simulation notices. What
 * hardly any seed notices is hunted once, from a seed that does.
 */
const { values } = parseArgs({
  options: {
    hunts: { type: 'string', default: '5' },
    max: { type: 'string', default: '2000' },
    workers: { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string', default: '' },
  },
})
const [hunts, max, workers] = [values.hunts, values.max, values.workers].map(Number)
const wanted = mutations.filter(({ name }) => name.includes(values.only))
let escaped = 0

async function huntOne(mutation: Mutation): Promise<void> {
  const { name } = mutation
  const catches: Catch[] = []
  for (const from of huntStarts(mutation, hunts ?? 1)) {
    catches.push(await startHunt(name, from, max ?? 1))
  }
  const caught = catches.filter(({ what }) => what !== undefined)
  const seeds = caught.map((found) => found.seeds).sort((a, b) => a - b)
  if (caught.length < catches.length) escaped += 1
  const median = mutation.seed === undefined ? (seeds[seeds.length >> 1] ?? '-') : 'rare'
  const rules = new Set(caught.map(({ what = '' }) => ruleOf(what)))
  const others = new Set(catches.flatMap((found) => found.others))
  console.log(
    `| ${name} | ${caught.length}/${catches.length} | ${median} | ${[...rules].join('; ')} |`,
  )
  if (caught.length < catches.length) console.log(`  told otherwise: ${[...others].join('; ')}`)
}

console.log('| mutation | caught | median seeds | noticed by |\n| --- | --- | --- | --- |')
const queue = [...wanted]
await Promise.all(
  Array.from({ length: workers ?? 1 }, async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await huntOne(next)
  }),
)
console.log(`\n${wanted.length} mutations, ${escaped} escaped`)
process.exitCode = escaped === 0 ? 0 : 1
