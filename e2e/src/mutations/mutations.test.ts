import { expect, test } from 'vitest'
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
