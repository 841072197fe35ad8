import { expect, test } from 'vitest'
import { guarded, unguarded } from './guarded.ts'

test.for(['', '1,2', '=1+1', '+1', '-1', '@SUM(A1)', '\tx', "'quoted", "''twice", "it's"])(
  'the text %j is guarded, and comes back',
  (text) => {
    expect(guarded(text)).not.toMatch(/^[=+\-@\t\r\n]/)
    expect(unguarded(guarded(text))).toBe(text)
  },
)
