import { expect, test } from 'vitest'
import { factsOf, tableOf } from './table.ts'

test('a table lines up text at the left and numbers at the right', () => {
  const rows = [
    ['j-1', 12_000],
    ['j-longer', 5],
  ]
  expect(tableOf(['job', 'rows'], rows)).toBe(
    ['JOB         ROWS', 'j-1       12,000', 'j-longer       5'].join('\n'),
  )
})

test('a table without rows is its heads', () => {
  expect(tableOf(['job', 'rows'], [])).toBe('JOB  ROWS')
})

test('facts that are not known are left out', () => {
  expect(
    factsOf([
      ['state', 'running'],
      ['rows', 1_234],
      ['ended', undefined],
    ]),
  ).toBe('state  running\nrows   1,234')
})

test('what speaks to a terminal is shown as what it is not', () => {
  const text = '\u001b[31mred\u009b\u202e'
  expect(tableOf(['reason'], [[text]])).toBe('REASON\n\uFFFD[31mred\uFFFD\uFFFD')
  expect(factsOf([['failure', text]])).toBe('failure  \uFFFD[31mred\uFFFD\uFFFD')
})
