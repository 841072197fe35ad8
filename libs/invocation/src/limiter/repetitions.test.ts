import { expect, test } from 'vitest'
import { createRepetitions } from './repetitions.ts'

function repeated(...answered: readonly boolean[]) {
  const repetitions = createRepetitions()
  for (const one of answered) repetitions.ended(one)
  return repetitions
}

const times = (count: number, answered: boolean): boolean[] => Array(count).fill(answered)

test('a few tell nothing', () => {
  expect(repeated(...times(7, false))).toMatchObject({ answered: undefined, areInVain: false })
  expect(repeated(...times(8, false))).toMatchObject({ answered: 0, areInVain: true })
})

test('one in five that is answered is enough for the others not to be in vain', () => {
  const some = Array.from({ length: 100 }, (_, index) => index % 5 === 0)
  expect(repeated(...some).areInVain).toBe(false)
})

test('what was long ago does not count', () => {
  expect(repeated(...times(1_000, true), ...times(32, false)).areInVain).toBe(true)
  expect(repeated(...times(1_000, false), ...times(4, true)).areInVain).toBe(false)
})
