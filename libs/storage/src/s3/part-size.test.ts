import { describe, expect, test } from 'vitest'
import { PARTS_MAX, partBytes } from './part-size.ts'

const MIB = 1024 ** 2
const sizes = Array.from({ length: PARTS_MAX }, (_, part) => partBytes(part))

describe('the parts of an upload', () => {
  test('hold the largest object that S3 takes', () => {
    const total = sizes.reduce((sum, bytes) => sum + bytes, 0)
    expect(total).toBeGreaterThanOrEqual(5 * 1024 ** 4)
  })

  test('are each of a size that S3 takes', () => {
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(5 * MIB)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(5 * 1024 * MIB)
  })

  test('stay small for the first eight gigabytes', () => {
    expect(new Set(sizes.slice(0, 1_000))).toEqual(new Set([8 * MIB]))
  })
})
