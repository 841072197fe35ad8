import { describe, expect, test } from 'vitest'
import { OBJECT_BYTES_MAX, PARTS_MAX, partBytes } from './part-size.ts'

const MIB = 1024 ** 2
const sizes = Array.from({ length: PARTS_MAX }, (_, part) => partBytes(part))

describe('the parts of an upload', () => {
  test('hold six hundred gigabytes, which S3 takes as one object', () => {
    expect(OBJECT_BYTES_MAX).toBe(sizes.reduce((sum, bytes) => sum + bytes, 0))
    expect(OBJECT_BYTES_MAX).toBeGreaterThanOrEqual(600e9)
    expect(OBJECT_BYTES_MAX).toBeLessThanOrEqual(5 * 1024 ** 4)
  })

  test('never take more memory than an app has beside its work', () => {
    expect(Math.max(...sizes)).toBe(64 * MIB)
  })

  test('are each of a size that S3 takes', () => {
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(5 * MIB)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(5 * 1024 * MIB)
  })

  test('stay small for the first three gigabytes', () => {
    expect(new Set(sizes.slice(0, 400))).toEqual(new Set([8 * MIB]))
  })
})
