import { expect, test } from 'vitest'
import { parseFloatBytes } from './parse-float.ts'

function parse(text: string): number | undefined {
  const bytes = Buffer.from(text)
  return parseFloatBytes(bytes, 0, bytes.length)
}

/** As Python’s `float` says it; but the empty field is `nan` before that is asked. */
test.for([
  [' 1.5\t', 1.5],
  ['\u000b\f1\r', 1],
  ['1_0.2_5', 10.25],
  ['1.', 1],
  ['.5', 0.5],
  ['+1e-2', 0.01],
  ['1_0e1_0', 1e11],
  ['12345678901234567890', 12345678901234567000],
  ['-Infinity', -Infinity],
  ['', Number.NaN],
  [' ', undefined],
  ['.', undefined],
  ['1__0', undefined],
  ['1_', undefined],
  ['1_.5', undefined],
  ['1._5', undefined],
  ['1 0', undefined],
  ['0x10', undefined],
  ['\uFEFF1', undefined],
] as const)('reads %j as %d', ([text, number]) => {
  expect(parse(text)).toEqual(number)
})

test.for([
  ['digits', `${'1'.repeat(80_000)}x`],
  ['digits around a point', `${'1'.repeat(40_000)}.${'1'.repeat(40_000)}x`],
  ['digits and underscores', `${'1_1'.repeat(27_000)}x`],
  ['spaces between', `1${' '.repeat(80_000)}x`],
])('80 KB of %s are soon no number', ([, text = '']) => {
  const before = process.cpuUsage()
  expect(parse(text)).toBeUndefined()
  expect(process.cpuUsage(before).user).toBeLessThan(1e6)
})
