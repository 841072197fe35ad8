import { expect, test } from 'vitest'
import { batchMap } from './batch-map.ts'

const all = (batches: number) => ({ batches, has: () => true, failedRows: new Map() })

test.for<[batches: number, cellsMax: number, batchesPerCell: number, recorded: number[]]>([
  [0, 4, 1, []],
  [1, 4, 1, [1]],
  [4, 4, 1, [1, 1, 1, 1]],
  [5, 4, 2, [2, 2, 1]],
  [8, 4, 2, [2, 2, 2, 2]],
  [9, 4, 3, [3, 3, 3]],
  [7, 1, 7, [7]],
])(
  '%i batches in at most %i cells are %i a cell',
  ([batches, cellsMax, batchesPerCell, recorded]) => {
    const map = batchMap(all(batches), cellsMax)
    expect(map).toEqual({ batchesPerCell, cells: recorded.map((count) => [count, 0]) })
  },
)

test('a batch that is missing is missing in its cell alone', () => {
  const has = (batch: number) => batch !== 3
  expect(batchMap({ ...all(6), has }, 3).cells).toEqual([
    [2, 0],
    [1, 0],
    [2, 0],
  ])
})

test('failed rows of the batches of a cell are added up', () => {
  const failedRows = new Map([
    [0, 7],
    [1, 5],
    [4, 1],
  ])
  expect(batchMap({ ...all(5), failedRows }, 3).cells).toEqual([
    [2, 12],
    [2, 0],
    [1, 1],
  ])
})

test('failed rows of a batch beyond the plan are left out', () => {
  expect(batchMap({ ...all(2), failedRows: new Map([[9, 1]]) }).cells).toEqual([
    [1, 0],
    [1, 0],
  ])
})

test('asks its batches by their own method', () => {
  class Marks {
    readonly batches = 3
    readonly failedRows = new Map<number, number>()
    readonly #recorded = new Set([1])
    has(batch: number): boolean {
      return this.#recorded.has(batch)
    }
  }
  expect(batchMap(new Marks()).cells.map(([recorded]) => recorded)).toEqual([0, 1, 0])
})

test('a million batches make two thousand cells, each asked for once', () => {
  let asked = 0
  const has = () => (asked += 1) > 0
  const { batchesPerCell, cells } = batchMap({ ...all(1_000_000), has })
  expect([batchesPerCell, cells.length, asked]).toEqual([500, 2_000, 1_000_000])
})

test('room for no cell at all is refused', () => {
  expect(() => batchMap(all(1), 0)).toThrow('wanted room for at least 1 cell, got 0')
})
