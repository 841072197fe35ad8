import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readLines } from './prediction-lines.ts'
import { printFloats, printLines } from './print-floats.ts'
import { pythonFloat } from './python-float.fixture.ts'
import { kernelStyle } from './row-style.ts'
import { createRowWriter } from './row-writer.ts'

const print = (...values: readonly number[]): string =>
  String(printFloats(Buffer.from(Float32Array.from(values).buffer)))

// As CPython 3.12 prints `float(numpy.float32(value))`.
test.for([
  [0, '0.0'],
  [-0, '-0.0'],
  [1, '1.0'],
  [-2, '-2.0'],
  [0.1, '0.10000000149011612'],
  [100, '100.0'],
  [0.0001, '9.999999747378752e-05'],
  [0.00012207031, '0.0001220703125'],
  [0.00005, '4.999999873689376e-05'],
  [0.9, '0.8999999761581421'],
  [2 ** -20, '9.5367431640625e-07'],
  [2 ** 53, '9007199254740992.0'],
  [1e16, '1.0000000272564224e+16'],
  [1e-45, '1.401298464324817e-45'],
  [3.4028234663852886e38, '3.4028234663852886e+38'],
] as const)('prints %d as %s', ([value, text]) => {
  expect(print(value)).toBe(text)
})

test('a NaN is an empty line', () => {
  expect(print(Number.NaN, 0.5, Number.NaN)).toBe('\n0.5\n')
  expect(print()).toBe('')
})

test('whatever the floats are, prints what Python prints', () => {
  const bits = fc.uint32Array({ maxLength: 2_000 })
  fc.assert(
    fc.property(bits, (bits) => {
      const floats = new Float32Array(bits.slice().buffer).filter(Number.isFinite)
      expect(print(...floats)).toBe([...floats].map(pythonFloat).join('\n'))
    }),
  )
})

test('whatever the probabilities are, prints what Python prints', () => {
  const probability = fc.float({ min: Math.fround(1e-5), max: 2, noNaN: true })
  fc.assert(
    fc.property(fc.array(probability, { maxLength: 500 }), (floats) => {
      expect(print(...floats)).toBe(floats.map(pythonFloat).join('\n'))
    }),
  )
})

test('every power of two that a float32 holds is printed as Python does', () => {
  const powers = Array.from({ length: 277 }, (_, index) => 2 ** (index - 149))
  expect(print(...powers)).toBe(powers.map(pythonFloat).join('\n'))
})

test('probabilities of few bits, which have few digits or a tie, are printed as Python does', () => {
  const binades = Array.from({ length: 16 }, (_, binade) => 2 ** -binade)
  const floats = binades.flatMap((size) =>
    Array.from({ length: 1_024 }, (_, bits) => size * (0.5 + bits / 2_048)),
  )
  expect(print(...floats)).toBe(floats.map(pythonFloat).join('\n'))
})

test('whatever is printed, tells of its lines what reading them would', () => {
  const floats = fc.float32Array({ minLength: 1, maxLength: 500 })
  fc.assert(
    fc.property(floats, (floats) => {
      const { plain: _, ...printed } = printLines(Buffer.from(floats.slice().buffer))
      const { plain: __, ...read } = readLines(printed.text)
      expect(printed).toEqual(read)
    }),
  )
})

test.for([
  [[0.5, Number.NaN, -3e38], true],
  [[0.5, Infinity], false],
  [[-Infinity], false],
] as const)('lines of %j are plain: %j', ([floats, plain]) => {
  expect(printLines(Buffer.from(Float32Array.from(floats).buffer)).plain).toBe(plain)
})

test('into memory of another, prints where it is told to', () => {
  const memory = new Uint8Array(1_000)
  const { text, ends, numbers } = printLines(Buffer.from(Float32Array.of(0.5, 2).buffer), (bytes) =>
    memory.subarray(16, 16 + bytes),
  )
  expect(String(text)).toBe('0.5\n2.0')
  expect([[...ends], [...numbers]]).toEqual([
    [3, 7],
    [0.5, 2],
  ])
  for (const part of [text, ends, numbers]) expect(part.buffer).toBe(memory.buffer)
})

test('bytes that are no whole floats are refused', () => {
  expect(() => printFloats(Buffer.alloc(7))).toThrow('wanted whole floats, got 7 bytes')
})

test('whatever the floats are, rows that are written in place of lines are those of a row writer', () => {
  const styles = fc.record({
    delimiter: fc.constantFrom(',', ';', '\t'),
    thresholds: fc.array(fc.double({ noNaN: true }), { maxLength: 3 }),
    labels: fc.tuple(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 })),
  })
  fc.assert(
    fc.property(fc.float32Array({ minLength: 1, maxLength: 300 }), styles, (floats, style) => {
      const bytes = new Uint8Array(floats.slice().buffer)
      const wanted = printLines(bytes)
      const { rows, text, ends, ...lines } = printLines(bytes, undefined, kernelStyle(style))
      const isFinite = floats.every(Number.isFinite)
      expect(rows && String(rows)).toBe(
        isFinite ? String(createRowWriter(style).write(wanted)) : undefined,
      )
      expect({ text, ends, ...lines }).toEqual(wanted)
    }),
  )
})
