import { expect, test } from 'vitest'
import { createTurns } from './take-turns.ts'

test('what is given out lasts until its turn comes again', () => {
  const take = createTurns(3)
  const given = [1, 2, 3].map((value) => take(4).fill(value))
  expect(given.map(([first]) => first)).toEqual([1, 2, 3])
  take(2).fill(9)
  expect(given.map(([first]) => first)).toEqual([9, 2, 3])
})

test('it grows with what is asked for, and gives no more than that', () => {
  const take = createTurns(1)
  expect([10, 1_000, 10].map((bytes) => take(bytes).length)).toEqual([10, 1_000, 10])
})
