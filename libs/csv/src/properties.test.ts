import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { properties } from './properties.fuzz.ts'

describe('on any input, the scanner', () => {
  // A machine at work on something else must not make them fail.
  test.for(Object.entries(properties))('%s', ([, property]) => {
    expect(() => fc.assert(property, { numRuns: 1_500 })).not.toThrow()
  })
})
