import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { numberOf } from './number-of.ts'
import { countLines, readLines } from './prediction-lines.ts'

const read = (...lines: readonly string[]) => readLines(Buffer.from(lines.join('\n')))

test.for([
  '0.5',
  '-1',
  '0',
  '-0.0',
  '007',
  '.25',
  '5.',
  '1e-05',
  '4.999999873689376e-05',
  '1.7976931348623157e+38',
  '0.00000000000000000000000000012345678901234567',
  '123456789012345678',
  '2E3',
])('%s is a plain number', (text) => {
  expect(read(text)).toMatchObject({ plain: true, numbers: Float64Array.of(Number(text)) })
})

test.for([
  ['nan', Number.NaN],
  ['-inf', -Infinity],
  ['Infinity', Infinity],
  [' 0.7', 0.7],
  ['0.7\r', 0.7],
  ['+0.7', 0.7],
  ['1e400', Infinity],
  ['0x10', 16],
  ['0.1,0.9', Number.NaN],
  ['0.5x', Number.NaN],
  ['1e', Number.NaN],
  ['-', Number.NaN],
  ['.', Number.NaN],
  ['9007199254740993', 9007199254740992],
  ['0.1234567890123456789012345', 0.12345678901234568],
] as const)('%j is read, but is not plain', ([text, number]) => {
  expect(read('0.5', text)).toMatchObject({ plain: false, numbers: Float64Array.of(0.5, number) })
})

test('an empty line is a failed row, and has no number', () => {
  const { ends, numbers, empty, plain } = read('', '0.5', '', '')
  expect([...ends]).toEqual([0, 4, 5, 6])
  expect([...numbers]).toEqual([Number.NaN, 0.5, Number.NaN, Number.NaN])
  expect({ empty, plain }).toEqual({ empty: 3, plain: true })
})

test('an empty text is one empty line', () => {
  expect(read('')).toMatchObject({ ends: Uint32Array.of(0), empty: 1 })
})

const digits = fc.bigInt({ min: 0n, max: 10n ** 22n }).map(String)
const written = fc.oneof(
  fc.double().map(String),
  fc.double({ min: -1e3, max: 1e3, noNaN: true }).map((value) => value.toFixed(18)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toExponential(16)),
  fc.tuple(digits, fc.integer({ min: -90, max: 90 })).map(([text, power]) => `${text}e${power}`),
  fc.tuple(digits, digits).map(([whole, fraction]) => `-${whole}.${fraction}`),
  fc.string({ unit: 'binary-ascii' }).map((text) => text.replaceAll('\n', '')),
)

test('whatever the lines are, numbers and ends are those of the slow way', () => {
  fc.assert(
    fc.property(fc.array(written, { minLength: 1, maxLength: 60 }), (lines) => {
      const { ends, numbers } = read(...lines)
      let end = -1
      const wanted = lines.map((line) => (end += line.length + 1))
      expect([...ends]).toEqual(wanted)
      expect([...numbers]).toEqual(lines.map((line) => numberOf(line) ?? Number.NaN))
    }),
    { numRuns: 500 },
  )
})

test('in bytes of any kind, lines are counted as newlines and one', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200, max: 12 }), (bytes) => {
      expect(countLines(bytes)).toBe(bytes.filter((byte) => byte === 0x0a).length + 1)
    }),
  )
})
