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

test('a mutation is hunted from far apart, a rare one once, from the seed that notices it', () => {
  expect(huntStarts({}, 3)).toEqual([1_000_000, 2_000_000, 3_000_000])
  expect(huntStarts({ seed: 223 }, 3)).toEqual([223])
})
