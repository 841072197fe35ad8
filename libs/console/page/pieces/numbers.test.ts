import { expect, test } from 'vitest'
import { ago, counted, duration, moment, percent, rarePercent } from './numbers.ts'

test.for<[number, string]>([
  [0, '0.0 %'],
  [0.4237, '42.3 %'],
  [0.29, '29.0 %'],
  [0.99999, '99.9 %'],
  [1, '100 %'],
])('a share of %d is %s', ([share, text]) => {
  expect(percent(share)).toBe(text)
})

test('a small share of failed rows is not shown as none', () => {
  expect([0, 0.0002, 0.02].map(rarePercent)).toEqual(['0.0 %', 'under 0.1 %', '2.0 %'])
})

test.for<[number, string]>([
  [0.2, '1 s'],
  [59, '59 s'],
  [185, '3 min 05 s'],
  [7_800, '2 h 10 min'],
  [273_600, '3 d 4 h'],
])('%d seconds last %s', ([seconds, text]) => {
  expect(duration(seconds)).toBe(text)
})

test.for<[number, string]>([
  [-30, 'just now'],
  [4, 'just now'],
  [59, '59 s ago'],
  [3_599, '59 min ago'],
  [7_200, '2 h ago'],
  [864_000, '10 d ago'],
])('what was %d seconds before is %s', ([seconds, text]) => {
  expect(ago(1_790_000_000 - seconds, 1_790_000_000)).toBe(text)
})

test('a moment is told in UTC, to the second', () => {
  expect(moment(1_790_000_000)).toBe('2026-09-21 14:13:20 UTC')
})

test('one thing is not told as several', () => {
  expect([counted(1, 'row'), counted(1_204, 'row')]).toEqual(['1 row', '1,204 rows'])
  expect(counted(2, 'batch', 'batches')).toBe('2 batches')
})
