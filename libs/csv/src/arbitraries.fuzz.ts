import * as fc from 'fast-check'
import type { Dialect } from './dialect.ts'

/*
 * Tables that are hard to cut, for the property tests and the fuzzer: made of the bytes that mean
 * something, in runs long enough that the scanner's fast paths take part.
 */

export const dialects: fc.Arbitrary<Dialect> = fc.oneof(
  fc.constantFrom<Dialect>(
    { delimiter: ',', quote: '"' },
    { delimiter: ';', quote: "'" },
    { delimiter: '\t', quote: '"' },
    { delimiter: ' ', quote: '|' },
    { delimiter: '\x7f', quote: '\x01' },
    { delimiter: '', quote: '' },
  ),
)

/** Pieces of text that a dialect gives a meaning, and some that look like it. */
const tokensOf = ({ delimiter, quote }: Dialect): readonly string[] => {
  const [d, q] = [delimiter || ',', quote || '"']
  return [
    d,
    q,
    q + q,
    d + q,
    q + d,
    `${q}\n`,
    `\n${q}`,
    '\n',
    '\r\n',
    '\r',
    '\n\n',
    '\r\n\r\n',
    'a',
    ' ',
  ]
}

/** Long stretches: plain rows, CRLF rows, quoted rows, one long field, blank lines. */
const stretchesOf = ({ delimiter, quote }: Dialect): readonly string[] => {
  const [d, q] = [delimiter || ',', quote || '"']
  return [
    `1${d}22${d}333\n`.repeat(60),
    `1.5${d}\r\n`.repeat(90),
    `${q}a${q}${q}b${q}${d}${q}c\n\n${d}${q}\n`.repeat(50),
    `${q}${'y'.repeat(700)}${q}`,
    'x'.repeat(300),
    '\n'.repeat(140),
  ]
}

export function tables(dialect: Dialect): fc.Arbitrary<Uint8Array> {
  const tokens = fc.array(fc.constantFrom(...tokensOf(dialect)), { maxLength: 60 })
  const part = fc.oneof(
    { weight: 4, arbitrary: tokens.map((parts) => parts.join('')) },
    { weight: 2, arbitrary: fc.constantFrom(...stretchesOf(dialect)) },
    { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
    { weight: 1, arbitrary: fc.nat({ max: 130 }).map((length) => '.'.repeat(length)) },
  )
  return fc.array(part, { maxLength: 12 }).map((parts) => Buffer.from(parts.join('')))
}

/** A table in its dialect, and where to split it. */
export const cases = dialects.chain((dialect) =>
  fc.record({
    dialect: fc.constant(dialect),
    table: tables(dialect),
    splits: fc.array(fc.nat(), { maxLength: 6 }),
    rowsMax: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 300 })),
    bytesMax: fc.oneof(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 5_000 })),
    header: fc.boolean(),
    mark: fc.boolean(),
    inSlot: fc.boolean(),
  }),
)

/** The bytes in pieces, cut at the splits modulo their length. */
export function piecesOf(bytes: Uint8Array, splits: readonly number[]): Uint8Array[] {
  const at = splits.map((split) => split % (bytes.length + 1)).sort((a, b) => a - b)
  return [...at, bytes.length].map((end, index) => bytes.subarray(at[index - 1] ?? 0, end))
}
