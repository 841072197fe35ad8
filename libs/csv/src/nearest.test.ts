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
  ['lo', ['ol'], 'ol'],
  [
    'transactions_of_30_dyas',
    ['transactions_of_90_days', 'transactions_of_30_days'],
    'transactions_of_30_days',
  ],
  ['transactions_of_30_days', ['transactions_of_last_year'], undefined],
  ['x'.repeat(300), ['y'.repeat(300)], undefined],
] as const)('%j among %j is most like %j', ([word, words, near]) => {
  expect(nearest(word, words)).toBe(near)
})
