import { expect, test } from 'vitest'
import { runPartOfSeeds } from './part-of-seeds.ts'

test('under every fault, no seed of the second half breaks an invariant', {
  timeout: 900_000,
}, async () => {
  const { violations } = await runPartOfSeeds(1, 2)
  expect(violations).toEqual([])
})
