import * as fc from 'fast-check'
import type { Dialect } from './dialect.ts'

/*
 * Tables that are hard to cut, for the property tests and the fuzzer: made of the bytes that mean
 * something, in runs long enough that the scanner's fast paths take part.
 */

/** Any ASCII character that may stand in a dialect: all but NUL and the two that end lines. */
const character = fc
  .integer({ min: 1, max: 127 })
  .filter((code) => code !== 10 && code !== 13)
  .map((code) => String.fromCharCode(code))

export const dialects: fc.Arbitrary<Dialect> = fc.oneof(
  fc
    .record<Dialect>({ delimiter: character, quote: character })
    .filter(({ delimiter, quote }) => delimiter !== quote),
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

/** Rows of one kind, as the fast paths like them. */
const rowsOf = ({ delimiter, quote }: Dialect): readonly string[] => {
  const [d, q] = [delimiter || ',', quote || '"']
  return [
    `1${d}22${d}333\n`,
    `1.5${d}\r\n`,
    `${q}a${q}${q}b${q}${d}${q}c\n\n${d}${q}\n`,
    `${q}${'y'.repeat(70)}\n${q}${d}1\n`,
    `${'x'.repeat(100)}\n`,
    '\n',
  ]
}

/** Many rows of one kind, with something else in one place: often where two blocks of 64 meet. */
const stretchesOf = (dialect: Dialect): fc.Arbitrary<string> =>
  fc
    .record({
      row: fc.constantFrom(...rowsOf(dialect)),
      bytes: fc.oneof(fc.integer({ min: 64, max: 1_500 }), fc.integer({ min: 64, max: 9_000 })),
      block: fc.oneof(fc.nat({ max: 12 }), fc.nat({ max: 130 })),
      beside: fc.oneof(fc.integer({ min: -3, max: 1 }), fc.nat({ max: 63 })),
      flaws: fc.array(fc.constantFrom(...tokensOf(dialect)), { minLength: 1, maxLength: 3 }),
    })
    .map(({ row, bytes, block, beside, flaws }) => {
      const text = row.repeat(Math.ceil(bytes / row.length))
      const at = Math.max(0, block * 64 + beside)
      return text.slice(0, at) + flaws.join('') + text.slice(at)
    })

/** Any bytes, one character each. */
const bytes = fc.uint8Array({ maxLength: 200 }).map((all) => Buffer.from(all).toString('latin1'))

export function tables(dialect: Dialect): fc.Arbitrary<Uint8Array> {
  const tokens = fc.array(fc.constantFrom(...tokensOf(dialect)), { maxLength: 60 })
  const part = fc.oneof(
    { weight: 4, arbitrary: tokens.map((parts) => parts.join('')) },
    { weight: 4, arbitrary: stretchesOf(dialect) },
    { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
    { weight: 1, arbitrary: bytes },
    { weight: 1, arbitrary: fc.nat({ max: 130 }).map((length) => '.'.repeat(length)) },
  )
  const parts = fc.oneof(fc.tuple(stretchesOf(dialect), part), fc.array(part, { maxLength: 12 }))
  return parts.map((texts) => Buffer.from(texts.join(''), 'latin1'))
}

/** A table in its dialect, and where to split it. */
export const cases = dialects.chain((dialect) =>
  fc.record({
    dialect: fc.constant(dialect),
    table: tables(dialect),
    splits: fc.array(fc.nat(), { maxLength: 6 }),
    rowsMax: fc.oneof(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 500 }),
      fc.constant(2 ** 40),
    ),
    bytesMax: fc.oneof(fc.integer({ min: 1, max: 800 }), fc.integer({ min: 1, max: 9_000 })),
    header: fc.boolean(),
    mark: fc.boolean(),
    glances: fc.array(fc.option(fc.nat(), { nil: undefined }), { maxLength: 7 }),
  }),
)

/** The bytes in pieces, cut at the splits modulo their length. */
export function piecesOf(bytes: Uint8Array, splits: readonly number[]): Uint8Array[] {
  const at = splits.map((split) => split % (bytes.length + 1)).sort((a, b) => a - b)
  return [...at, bytes.length].map((end, index) => bytes.subarray(at[index - 1] ?? 0, end))
}
