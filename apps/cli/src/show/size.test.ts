import { expect, test } from 'vitest'
import { size } from './size.ts'

test.for([
  [0, '0 bytes'],
  [40, '40 bytes'],
  [999, '999 bytes'],
  [1_000, '1 KB'],
  [1_234_567, '1.2 MB'],
  [81_920_000_000, '81.9 GB'],
] as const)('%d bytes are told as %j', ([bytes, text]) => {
  expect(size(bytes)).toBe(text)
})
