import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { huntStarts } from './hunt-starts.ts'
import { mutated } from './mutate.ts'
import { mutations } from './mutations.ts'

// The hunt itself is `npm run mutations`, in the nightly script. Where the code has moved on, the text
// of its mutation is to follow it, or a guard would be gone unseen.
test.for(mutations)('"$name" still finds what it breaks', (mutation) => {
  expect([...mutated(mutation).values()]).not.toContain('')
})

test('every mutation has a name of its own', () => {
  expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length)
  expect(mutations.length).toBeGreaterThanOrEqual(20)
})

test('every rule that is to notice a mutation is one of the simulation', () => {
  const folder = join(import.meta.dirname, '../simulation')
  const sources = globSync('**/*.ts', { cwd: folder })
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n')
  const rules = mutations.flatMap(({ noticedBy }) => noticedBy)
  expect(rules.filter((rule) => !sources.includes(`'${rule}'`))).toEqual([])
  expect(mutations.filter(({ noticedBy }) => noticedBy.length === 0)).toEqual([])
})

test('a mutation is hunted from far apart, a rare one once, from the seed that notices it', () => {
  expect(huntStarts({}, 3)).toEqual([1_000_000, 2_000_000, 3_000_000])
  expect(huntStarts({ seed: 223 }, 3)).toEqual([223])
})
