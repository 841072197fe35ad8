import { expect, test } from 'vitest'
import { joinLines, splitLines } from './lines-text.ts'

test('lines that are split and joined are the bytes that they were', () => {
  const bytes = Buffer.from([...Buffer.from('0.5\n\ncaf'), 0xe9, 0x0a, 0xff, 0x00])
  expect(splitLines(bytes)).toHaveLength(4)
  expect(joinLines(splitLines(bytes))).toEqual(bytes)
})
