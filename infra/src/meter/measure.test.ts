import { expect, test } from 'vitest'
import { measure, spareTasks } from './measure.ts'

test.for([
  ['nothing to do, nobody there', 0, 0, 0, [0, 0, 0, 0]],
  ['work, nobody there', 30, 0, 0, [30, 30, 30, 0]],
  ['work, somebody who finds no place', 30, 0, 2, [30, 15, 0, 0]],
  ['work, somebody who is about to go', 30, 1, 0, [30, 30, 30, 0]],
  ['work for one', 30, 1, 1, [30, 30, 0, 0]],
  ['work for two of eight', 16, 8, 8, [16, 2, 0, 6]],
  ['work for two, of eight that were given up but for three', 16, 8, 3, [16, 2, 0, 1]],
  ['a part of a batch a task counts as one', 5, 4, 4, [5, 2, 0, 3]],
] as const)('%s', ([, backlog, tasks, desired, gauges]) => {
  expect(Object.values(measure({ backlog, tasks, desired, spareBelow: 9 }))).toEqual(gauges)
})

test('the last task is never spare', () => {
  expect(spareTasks(0, 1, 9)).toBe(0)
  expect(spareTasks(0, 5, 9)).toBe(4)
})

test('a service of one task has none to spare', () => {
  expect(spareTasks(0, 1, 0)).toBe(0)
})
