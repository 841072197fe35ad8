import { expect, test } from 'vitest'
import { nearest } from './nearest.ts'

test.for([
  ['distanc', ['origin', 'distance'], 'distance'],
  ['Distance ', ['distance'], 'distance'],
  ['cvs', ['csv', 'jsonl'], 'csv'],
  ['bianry', ['binary', 'none'], 'binary'],
  ['prquet', ['csv', 'parquet'], 'parquet'],
  ['xlsx', ['csv', 'jsonl', 'parquet'], undefined],
  ['id', ['delay'], undefined],
  ['anything', [], undefined],
] as const)('%j among %j is most like %j', ([word, words, near]) => {
  expect(nearest(word, words)).toBe(near)
})
