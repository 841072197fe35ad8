import { expect, test } from 'vitest'
import { guarded, unguarded } from './guarded.ts'

test.for([
  '',
  '1,2',
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '\tx',
  '\0=1',
  '＝1+1',
  '－1',
  "'quoted",
  "''twice",
  "it's",
])('the text %j is guarded, and comes back', (text) => {
  expect(guarded(text)).toMatch(/^(['\d]|it|$)/)
  expect(unguarded(guarded(text))).toBe(text)
})
