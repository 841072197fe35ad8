import { expect, test } from 'vitest'
import { expf } from './expf.ts'

/** glibc 2.36's `expf`, where it is not the exponential rounded to the nearest float32. */
const misrounded: [number, number][] = [
  [-10.284222602844238, 0.00003416794788790867],
  [7.8281331062316895, 2510.23876953125],
  [-0.2010025531053543, 0.817910373210907],
  [-10.9642972946167, 0.00001730877011141274],
  [-0.8929852247238159, 0.40943169593811035],
  [6.9239678382873535, 1016.3447265625],
]

test.for(misrounded)('of %f gives what glibc gives, not the nearest', ([x, power]) => {
  expect(expf(x)).toBe(power)
  expect(Math.fround(Math.exp(x))).not.toBe(power)
})

test.for([
  [0, 1],
  [-0, 1],
  [-105, 0],
  [89, Infinity],
  [Infinity, Infinity],
  [-Infinity, 0],
] as const)('of %f gives exactly %f', ([x, power]) => {
  expect(expf(x)).toBe(power)
})

test('of any float32 lies within one step of the nearest', () => {
  for (let x = -87; x < 88; x += 0.137) {
    const nearest = Math.fround(Math.exp(Math.fround(x)))
    expect(Math.abs(expf(Math.fround(x)) / nearest - 1)).toBeLessThan(2 ** -23)
  }
})
