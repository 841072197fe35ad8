import { expect, test } from 'vitest'
import { oneLine } from './one-line.ts'

test.for([
  ['short', 'short'],
  ['two\n\n  lines\tof it', 'two lines of it'],
  ['x'.repeat(20), 'x'.repeat(20)],
  ['x'.repeat(21), `${'x'.repeat(19)}…`],
  ['in \u001b[31mred', 'in \uFFFD[31mred'],
])('of %j stands %j', ([text, line]) => {
  expect(oneLine(text!, 20)).toBe(line)
})
