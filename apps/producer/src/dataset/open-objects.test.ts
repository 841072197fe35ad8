import type { PinnedObject } from '@millrace/job'
import { expect, test } from 'vitest'
import { type Deps, openObjects } from './open-objects.ts'
import { never } from '../test-data.fixture.ts'

const objectsOf = (...sizes: readonly number[]): PinnedObject[] =>
  sizes.map((bytes, index) => ({ uri: `s3://data/${index}`, bytes, version: 'v' }))
const small = (count: number) => objectsOf(...Array.from({ length: count }, () => 9))

const noMemory = (): never => {
  throw new Error('a small object wants no memory')
}

/** Storage that remembers what is under way; `fail` names an object that cannot be read. */
function createStorage(fail?: string) {
  const seen = { running: 0, most: 0, streamed: [] as string[] }
  const deps: Deps = {
    read: async ({ uri }) => {
      seen.running += 1
      seen.most = Math.max(seen.most, seen.running)
      await new Promise((resolve) => setImmediate(resolve))
      seen.running -= 1
      if (uri === fail) throw new Error(`no ${uri}`)
      return Buffer.from(uri)
    },
    async *stream({ uri }, { buffers }) {
      seen.streamed.push(uri)
      yield Buffer.from(`${uri} by ${buffers.length}`)
    },
  }
  return { deps, seen }
}

async function textsOf(deps: Deps, objects: readonly PinnedObject[], most = Infinity) {
  const texts: string[] = []
  for await (const { pieces } of openObjects(deps, objects, never)) {
    for await (const piece of pieces(() => ({ buffers: [Buffer.alloc(1)] })))
      texts.push(Buffer.from(piece).toString())
    if (texts.length >= most) break
  }
  return texts
}

test('many small objects come in order, sixteen asked for at a time', async () => {
  const { deps, seen } = createStorage()
  expect(await textsOf(deps, small(50))).toEqual(small(50).map(({ uri }) => uri))
  expect(seen.most).toBe(16)
})

test('a large object is streamed in its turn', async () => {
  const { deps, seen } = createStorage()
  const texts = await textsOf(deps, objectsOf(9, 2 ** 21, 9))
  expect(texts).toEqual(['s3://data/0', 's3://data/1 by 1', 's3://data/2'])
  expect(seen.streamed).toEqual(['s3://data/1'])
})

test('a read that fails is heard of in its turn', async () => {
  const { deps, seen } = createStorage('s3://data/3')
  const texts: string[] = []
  const reading = async () => {
    for await (const { pieces } of openObjects(deps, small(9), never)) {
      for await (const piece of pieces(noMemory)) texts.push(Buffer.from(piece).toString())
    }
  }
  await expect(reading()).rejects.toThrow('no s3://data/3')
  expect(texts).toHaveLength(3)
  expect(seen.running).toBe(0)
})

test('left early, no read is under way', async () => {
  const { deps, seen } = createStorage()
  await textsOf(deps, small(50), 2)
  expect(seen.running).toBe(0)
})
