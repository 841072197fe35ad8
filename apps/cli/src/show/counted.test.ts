import { expect, test } from 'vitest'
import { counted } from './counted.ts'

test.for([
  [0, '0 batches'],
  [1, '1 batch'],
  [2, '2 batches'],
  [12_345, '12,345 batches'],
] as const)('%d are told as %j', ([value, text]) => {
  expect(counted(value, 'batch', 'batches')).toBe(text)
})
