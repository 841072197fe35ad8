import { expect, test } from 'vitest'
import { fit } from './fit.ts'

const narrow = { isTTY: true, columns: 30 }

test.for([
  [
    'a fact',
    'columns  12: date, origin, destination',
    'columns  12: date, origin,\n         destination',
  ],
  [
    'a sentence',
    'nothing is set, and so nothing is found',
    'nothing is set, and so nothing\nis found',
  ],
  ['a hint', '  the columns are date, origin, day', '  the columns are date,\n  origin, day'],
  [
    'a long name',
    `${'name '.repeat(4)}   value that goes on`,
    'name name name name    value\n  that goes on',
  ],
  [
    'a path',
    'dataset  file:///home/you/flights/features.csv',
    'dataset  file:///home/you/flights/features.csv',
  ],
  ['what fits', 'state  running\nrows   12', 'state  running\nrows   12'],
] as const)('on a narrow terminal, %s is broken between words', ([, text, broken]) => {
  expect(fit(text, narrow)).toBe(broken)
})

test('in a pipe, lines stay whole', () => {
  const text = 'columns  12: date, origin, destination'
  expect(fit(text, { columns: 30 })).toBe(text)
  expect(fit(text, { isTTY: true, columns: 0 })).toBe(text)
})
