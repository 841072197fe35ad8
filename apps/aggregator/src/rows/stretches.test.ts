import type { Batch } from '@millrace/job'
import { expect, test } from 'vitest'
import { stretchesOf } from './stretches.ts'
import { collect, planOf, runsOf } from '../test-data.fixture.ts'

const stretch = async (
  batches: ReturnType<typeof planOf>,
  needsInput: (batch: number) => boolean = () => true,
  run = 2,
) => {
  const items = runsOf(
    batches.map((batch) => ({ batch })),
    run,
  )
  const neededOf = ({ batch: { batch, bytes } }: { batch: Batch }) =>
    needsInput(batch) ? bytes : undefined
  const stretches = await collect(stretchesOf(items, neededOf))
  return stretches.map(({ items, from }) => [items.map(({ batch }) => batch.batch), from?.bytes])
}

test('batches that lie in one piece are read at once', async () => {
  expect(await stretch(planOf(2, 3, 1))).toEqual([[[0, 1, 2], { start: 0, end: 24 }]])
})

test('a batch whose input is not needed ends a piece, and is not read', async () => {
  expect(await stretch(planOf(1, 1, 1, 1), (batch) => batch !== 1)).toEqual([
    [[0], { start: 0, end: 4 }],
    [[1], undefined],
    [[2, 3], { start: 8, end: 16 }],
  ])
})

test('a piece is of one object', async () => {
  const batches = planOf(1, 1, 1).map((batch, index) => ({ ...batch, object: index >> 1 }))
  expect(await stretch(batches)).toEqual([
    [[0, 1], { start: 0, end: 8 }],
    [[2], { start: 8, end: 12 }],
  ])
})

test('a gap between two batches is not read', async () => {
  const [first, , third] = planOf(1, 1, 1)
  expect(await stretch([first!, third!])).toEqual([
    [[0], { start: 0, end: 4 }],
    [[2], { start: 8, end: 12 }],
  ])
})

test('a piece has at most a megabyte, but for a larger batch', async () => {
  const [half, much] = [2 ** 17, 2 ** 20]
  const found = await stretch(planOf(half, half, half, much, 1))
  expect(found.map(([batches]) => batches)).toEqual([[0, 1], [2], [3], [4]])
})

test('a piece has at most 32 batches', async () => {
  const found = await stretch(planOf(...Array.from({ length: 40 }, () => 1)))
  expect(found.map(([batches]) => (batches as number[]).length)).toEqual([32, 8])
})

test('batches whose input is not needed go on as they came', async () => {
  expect(await stretch(planOf(1, 1, 1, 1, 1), () => false, 3)).toEqual([
    [[0, 1, 2], undefined],
    [[3, 4], undefined],
  ])
  expect(await stretch(planOf(1, 1, 1, 1), (batch) => batch === 2, 4)).toEqual([
    [[0, 1], undefined],
    [[2], { start: 8, end: 12 }],
    [[3], undefined],
  ])
})
