import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCells } from './parquet-cells.ts'

test('each column has the texts that its rows had, and null is no empty text', () => {
  const cell = fc.oneof(
    fc.constantFrom('', '7', 'é', '🌾', '\uFEFFx', 'a,\nb'),
    fc.string({ unit: 'grapheme' }),
    fc.constant(null),
  )
  const row = fc.array(cell, { minLength: 3, maxLength: 3 })
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), fc.array(row, { maxLength: 5 }), (rows, more) => {
      const cells = createCells(3)
      for (const group of [rows, more]) {
        cells.clear()
        for (const one of group) cells.add(one)
        expect(cells.rows).toBe(group.length)
        for (const index of [0, 1, 2]) {
          expect(cells.column(index)).toEqual(group.map((one) => one[index]))
        }
      }
    }),
  )
})

test('more rows than there is room for at first are kept', () => {
  const cells = createCells(2)
  const texts = Array.from({ length: 2_000 }, (_, row) => 'é'.repeat(row % 200))
  for (const text of texts) cells.add([text, null])
  expect(cells.column(0)).toEqual(texts)
  expect(cells.column(1)).toEqual(texts.map(() => null))
})

test('what is told of their size is more than the texts alone', () => {
  const cells = createCells(100)
  for (let row = 0; row < 50; row += 1) cells.add(Array.from({ length: 100 }, () => '42'))
  expect(cells.bytes).toBe(50 * 100 * (2 + 4))
  cells.clear()
  expect(cells).toMatchObject({ rows: 0, bytes: 0 })
})
