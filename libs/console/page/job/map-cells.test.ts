import { expect, test } from 'vitest'
import { cellsOf, mapSummary } from './map-cells.ts'

test('a cell tells its batches, and failed rows before all else', () => {
  const cells = [
    [1_000, 0],
    [400, 0],
    [1_000, 2],
    [0, 0],
    [1, 0],
  ] as const
  expect(cellsOf({ batchesPerCell: 1_000, cells }, 4_001)).toEqual([
    { kind: 'recorded', text: 'batches 0 to 999: 1,000 of 1,000 recorded' },
    { kind: 'partly', text: 'batches 1,000 to 1,999: 400 of 1,000 recorded' },
    { kind: 'failed', text: 'batches 2,000 to 2,999: 1,000 of 1,000 recorded, 2 failed rows' },
    { kind: 'missing', text: 'batches 3,000 to 3,999: 0 of 1,000 recorded' },
    { kind: 'recorded', text: 'batch 4,000: recorded' },
  ])
})

test('a cell of one batch tells of it alone', () => {
  const cells = [
    [1, 1],
    [0, 0],
  ] as const
  expect(cellsOf({ batchesPerCell: 1, cells }, undefined).map(({ text }) => text)).toEqual([
    'batch 0: recorded, 1 failed row',
    'batch 1: missing',
  ])
})

test('the summary adds the cells up', () => {
  const cells = [
    [10, 3],
    [4, 0],
  ] as const
  expect(mapSummary({ batchesPerCell: 10, cells }, 18)).toBe(
    '18 batches, 10 a square: 14 recorded, 4 missing; rows have failed in 1 square',
  )
  expect(mapSummary({ batchesPerCell: 1, cells: [[1, 0]] }, 1)).toBe(
    '1 batch, one a square: 1 recorded, 0 missing',
  )
  expect(mapSummary({ batchesPerCell: 1, cells: [[1, 0]] })).toContain('1 batch so far')
})
