import { limits } from '@millrace/job'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Place } from '../rows/stretches.ts'
import { streamOf } from '../test-data.fixture.ts'
import { readStretches } from './read-stretches.ts'

const LONG = limits.payloadBytesMax + 1
/** A stretch without a length needs no input. */
const stretchOf = (length: number | undefined, item: number) => ({
  items: [item],
  ...(length === undefined ? {} : { from: { object: item, bytes: { start: 5, end: 5 + length } } }),
})

/** Reads each of them, marked with its number; at each one notes what was asked for by then. */
async function readAll(...lengths: readonly (number | undefined)[]) {
  const asked: number[] = []
  const read = async ({ object }: Place, target: Buffer): Promise<void> => {
    asked.push(object)
    await nextTurn()
    target[0] = object
  }
  const memories = new Set<ArrayBufferLike>()
  const marks: boolean[] = []
  const seen: (readonly [item: number, bytes: number | undefined, asked: number])[] = []
  for await (const { items, bytes } of readStretches(streamOf(lengths.map(stretchOf)), read)) {
    marks.push(bytes === undefined || bytes[0] === items[0])
    if (bytes?.length === LONG) memories.add(bytes.buffer)
    seen.push([items[0] ?? -1, bytes?.length, asked.length])
  }
  expect(marks).not.toContain(false)
  return { seen, memories: memories.size }
}

test('stretches come in order, and are read ahead of their turn', async () => {
  const { seen } = await readAll(3, undefined, 4, 5, 6, 7, 8)
  expect(seen).toEqual([
    [0, 3, 4],
    [1, undefined, 5],
    [2, 4, 6],
    [3, 5, 6],
    [4, 6, 6],
    [5, 7, 6],
    [6, 8, 6],
  ])
})

test('of long ones only one is held, and read when its turn has come', async () => {
  const { seen, memories } = await readAll(LONG, LONG, LONG, 3)
  expect(seen).toEqual([
    [0, LONG, 2],
    [1, LONG, 3],
    [2, LONG, 4],
    [3, 3, 4],
  ])
  expect(memories).toBe(1)
})
