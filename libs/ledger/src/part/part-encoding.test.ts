import * as fc from 'fast-check'
import { printFloats } from '@millrace/predictions'
import { describe, expect, test } from 'vitest'
import { decodePredictions, encodePredictions } from './part-encoding.ts'

const roundTrip = (lines: readonly string[]) => {
  const text = Buffer.from(lines.join('\n'))
  const encoded = encodePredictions(text, lines.length)
  return { ...encoded, decoded: decodePredictions(encoded).text.toString() }
}

describe('encodePredictions', () => {
  test.for([
    { title: 'float32 predictions', lines: ['0.8999999761581421', '4.999999873689376e-05', '1.0'] },
    { title: 'a failed row', lines: ['0.5', '', '1.0'] },
    { title: 'a failed last row', lines: ['0.5', ''] },
    { title: 'failed rows only', lines: ['', '', ''] },
    { title: 'one failed row', lines: [''] },
    { title: 'a negative zero', lines: ['-0.0'] },
  ])('$title take four bytes a row', ({ lines }) => {
    expect(roundTrip(lines)).toMatchObject({
      encoding: 'float32',
      bytes: { length: 4 * lines.length },
      decoded: lines.join('\n'),
    })
  })

  test.for([
    { title: 'a double that is no float32', lines: ['0.1'] },
    { title: 'a float32 in its own digits', lines: ['0.9'] },
    { title: 'an integer without a point', lines: ['1'] },
    { title: 'an exponent of one digit', lines: ['1e-5'] },
    { title: 'a space', lines: [' 0.5'] },
    { title: 'a trailing zero', lines: ['0.50'] },
    { title: 'not a number', lines: ['nan'] },
    { title: 'infinity', lines: ['inf'] },
    { title: 'JavaScript infinity', lines: ['Infinity'] },
    { title: 'a carriage return', lines: ['0.5\r', '0.5\r'] },
    { title: 'a list', lines: ['[0.1, 0.9]'] },
    { title: 'letters beyond Latin', lines: ['ја', '🌾'] },
  ])('$title stays text', ({ lines }) => {
    expect(roundTrip(lines)).toMatchObject({ encoding: 'zstd', decoded: lines.join('\n') })
  })

  test('predictions that repeat are smaller as text', () => {
    const lines = Array.from({ length: 10_000 }, () => '0.5')

    expect(roundTrip(lines)).toMatchObject({ encoding: 'zstd', decoded: lines.join('\n') })
  })

  const float32 = fc
    .float({ noNaN: true, noDefaultInfinity: true })
    .map((value) => String(printFloats(Buffer.from(Float32Array.of(value).buffer))))
  const line = fc.oneof(
    { weight: 5, arbitrary: float32 },
    { weight: 1, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.double().map(String) },
    {
      weight: 1,
      arbitrary: fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', '')),
    },
  )

  test('whatever the lines are, decoding gives back the very bytes', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 400 }), (lines) => {
        const text = Buffer.from(lines.join('\n'))
        const decoded = decodePredictions(encodePredictions(text, lines.length)).text
        expect(decoded.equals(text)).toBe(true)
      }),
    )
  })

  test('any float32 that Python prints is stored as one', () => {
    fc.assert(
      fc.property(fc.array(float32, { minLength: 1, maxLength: 50 }), (lines) => {
        expect(roundTrip(lines)).toMatchObject({ encoding: 'float32', decoded: lines.join('\n') })
      }),
    )
  })

  test('bytes that are no text come back too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = Buffer.from(bytes)
        const rows = bytes.filter((byte) => byte === 0x0a).length + 1
        expect(decodePredictions(encodePredictions(text, rows)).text.equals(text)).toBe(true)
      }),
    )
  })
})

test.for([
  { encoding: 'float32', bytes: Buffer.alloc(7) },
  { encoding: 'zstd', bytes: Buffer.from('not zstd') },
] as const)('$encoding of other bytes throws', (encoded) => {
  expect(() => decodePredictions(encoded)).toThrow(Error)
})
