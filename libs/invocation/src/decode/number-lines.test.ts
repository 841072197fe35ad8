import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { scanNumberLines } from './number-lines.ts'

const PLAIN_NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i

/** What `scanNumberLines` must say, told line by line. */
function count(text: string): number {
  const lines = text.split('\n')
  return lines.every((line) => PLAIN_NUMBER.test(line)) ? lines.length : -1
}

const scan = (text: string): number => scanNumberLines(Buffer.from(text, 'latin1'), text.length)

test.for([
  ['0.5', 1],
  ['1\n-2.25\n3e-5', 3],
  ['0.12345678901234567', 1],
  ['0.1234:', -1],
  ['0.123/', -1],
  ['0.1234\n', -1],
  ['', -1],
  ['nan', -1],
] as const)('of %j, counts %i lines', ([text, lines]) => {
  expect(scan(text)).toBe(lines)
})

test('of any text, says what a pattern says line by line', () => {
  const digits = fc.stringMatching(/^[0-9]{0,9}$/)
  const odd = fc.constantFrom('.', '-', '+', 'e', 'E', '\n', ':', '/', '?', '³', '\0', 'ÿ', '0.')
  const text = fc.array(fc.oneof(digits, odd), { maxLength: 12 }).map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(text, (piece) => {
      expect(scan(piece)).toBe(count(piece))
    }),
    { numRuns: 5_000 },
  )
})
