import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSlots, glanceOf } from '@millrace/csv'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createStorage, type Storage } from '../storage.ts'
import { fileUri } from '../uri.ts'
import { type Readers, readerSlots, readersFor } from './readers.ts'

const text = Buffer.from(Array.from({ length: 500_000 }, (_, row) => `${row},x\n`).join(''))
const slots = createSlots(readerSlots)
const never = new AbortController().signal

let folder: string
let storage: Storage
let readers: Readers
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-stream-'))
  storage = createStorage({})
  const glance = glanceOf(slots, { delimiter: ',', quote: '"' })
  readers = readersFor(Number.POSITIVE_INFINITY, slots.buffers, glance)
  await writeFile(join(folder, 'a.csv'), text)
})
afterEach(async () => {
  await readers[Symbol.asyncDispose]()
  await storage.close()
  await rm(folder, { recursive: true })
})
const pinned = async () =>
  (await storage.pin(fileUri(join(folder, 'a.csv')), never))[0] ?? expect.unreachable()

/** What is read; `meanwhile` runs after the first piece. */
async function read(
  { start = 0, end }: { start?: number; end?: number } = {},
  meanwhile: () => Promise<void> = async () => {},
  signal = never,
): Promise<Buffer> {
  const pieces: Buffer[] = []
  const options = { readers, start, ...(end === undefined ? {} : { end }) }
  for await (const piece of storage.stream(await pinned(), options, signal)) {
    if (pieces.length === 0) await meanwhile()
    pieces.push(Buffer.from(piece))
  }
  return Buffer.concat(pieces)
}

test.for([
  [0, undefined],
  [17, undefined],
  [1_000_000, 3_200_000],
  [5, 5],
] as const)('from %d to %d gives the bytes in order', async ([start, end]) => {
  const wanted = text.subarray(start, end ?? text.length)
  expect((await read({ start, ...(end === undefined ? {} : { end }) })).equals(wanted)).toBe(true)
})

test.for<[string, (path: string) => Promise<void>]>([
  ['longer', (path) => appendFile(path, 'x')],
  ['shorter', (path) => truncate(path, 1_000)],
  ['another', (path) => rename(`${path}.new`, path)],
  ['deleted', (path) => rm(path)],
])('a file that becomes %s fails as changed', async ([, change]) => {
  await writeFile(join(folder, 'a.csv.new'), text)
  const reading = read({}, () => change(join(folder, 'a.csv')))
  await expect(reading).rejects.toMatchObject({ code: 'object_changed' })
  await writeFile(join(folder, 'a.csv'), text)
  expect((await read()).equals(text)).toBe(true)
})

test('what was read before a look is given, and nothing later', async () => {
  const ahead = [2, 1, 0, 2]
  const reading = {
    next: async () => Buffer.from('x'),
    get ahead() {
      return ahead.shift() ?? 0
    },
    end: async () => {},
  }
  const object = await pinned()
  const byHand = { ...readers, pieceBytes: 1, read: () => reading }
  let given = 0
  const streaming = async () => {
    for await (const _ of storage.stream(object, { readers: byHand }, never)) {
      if (given === 0) await appendFile(join(folder, 'a.csv'), 'x')
      given += 1
    }
  }
  await expect(streaming()).rejects.toMatchObject({ code: 'object_changed' })
  expect(given).toBe(3)
})

test('a file that is gone before the first piece fails as missing', async () => {
  const object = await pinned()
  await rm(join(folder, 'a.csv'))
  const reading = storage.stream(object, { readers }, never).next()
  await expect(reading).rejects.toMatchObject({ code: 'object_missing' })
})

test('on abort, throws the reason', async () => {
  const control = new AbortController()
  const aborted = async () => control.abort(new Error('stopped'))
  await expect(read({}, aborted, control.signal)).rejects.toThrow('stopped')
})
