import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { endsInQuotes } from './ends-in-quotes.ts'
import { referenceRows } from './reference.ts'

const csv = { delimiter: ',', quote: '"' }

test.for([
  ['1,"a', true],
  ['1,"a\n', true],
  ['1,"a""', true],
  ['1,"', true],
  ['"1,2,3\r\n', true],
  ['1,"a"', false],
  ['1,"a"\r\n', false],
  ['1,""', false],
  ['1,5" pipe\n', false],
  ['1,"a"b"', false],
  ['1,2', false],
] as const)('%j ends in quotes: %s', ([row, expected]) => {
  expect(endsInQuotes(Buffer.from(row), csv)).toBe(expected)
})

test('the quote is that of the dialect', () => {
  const dialect = { delimiter: ';', quote: "'" }
  expect(endsInQuotes(Buffer.from(`1;'a"\n`), dialect)).toBe(true)
  expect(endsInQuotes(Buffer.from(`1;"a\n`), dialect)).toBe(false)
})

test('of any last row, it says whether that takes in what follows', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a') }), (text) => {
      const bytes = Buffer.from(text)
      const rows = referenceRows(bytes, csv)
      const last = rows.at(-1)
      fc.pre(last !== undefined)
      const followed = referenceRows(Buffer.from(`${text}\nnext`), csv)
      const takesIn = followed.length === rows.length
      expect(endsInQuotes(bytes.subarray(last?.start, last?.end), csv)).toBe(takesIn)
    }),
    { numRuns: 500 },
  )
})
