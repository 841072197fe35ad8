import { expect, test } from 'vitest'
import { money, span } from './money.ts'

test.for([
  [0, '$0.00'],
  [12.345, '$12.35'],
  [0.01, '$0.01'],
  [0.00456, '$0.0046'],
  [0.000_012_3, '$0.000012'],
  [0.000_000_1, 'below $0.000001'],
] as const)('%d dollars are %s', ([dollars, text]) => {
  expect(money(dollars)).toBe(text)
})

test.for([
  [0.42, '0.4 s'],
  [75.4, '75 s'],
  [720, '12 min'],
  [12_600, '3.5 h'],
] as const)('%d seconds are %s', ([seconds, text]) => {
  expect(span(seconds)).toBe(text)
})
