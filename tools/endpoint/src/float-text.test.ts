import { expect, test } from 'vitest'
import { floatText } from './float-text.ts'

test.for<[number, string]>([
  [Math.fround(0.91), '0.9100000262260437'],
  [Math.fround(5e-5), '4.999999873689376e-05'],
  [Math.fround(1e-10), '1.000000013351432e-10'],
  [1e-4, '0.0001'],
  [9.999e-5, '9.999e-05'],
  [0, '0.0'],
  [-0, '-0.0'],
  [1, '1.0'],
  [-3, '-3.0'],
  [123456789, '123456789.0'],
  [1e15, '1000000000000000.0'],
  [1e16, '1e+16'],
  [1.5e22, '1.5e+22'],
  [1e100, '1e+100'],
  [5e-324, '5e-324'],
  [Number.NaN, 'nan'],
  [-Infinity, '-inf'],
])('writes %f as Python does: %s', ([value, text]) => {
  expect(floatText(value)).toBe(text)
})
