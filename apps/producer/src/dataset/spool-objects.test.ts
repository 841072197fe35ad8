import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { limits } from '@millrace/job'
import { createStorage } from '@millrace/storage'
import { expect, onTestFinished, test } from 'vitest'
import { spoolObjects } from './spool-objects.ts'
import { createSpoolRoom } from './spool-room.ts'
import { never } from '../test-data.fixture.ts'

/** A folder with these compressed files, pinned, and a place for their copies. */
async function createFolder(...files: readonly Buffer[]) {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-spool-'))
  const storage = createStorage({})
  onTestFinished(async () => {
    await storage.close()
    await rm(folder, { recursive: true })
  })
  const uriOf = (name: string) => pathToFileURL(join(folder, name)).href
  for (const [index, bytes] of files.entries()) await writeFile(join(folder, `${index}.gz`), bytes)
  const objects = await storage.pin(`${pathToFileURL(folder).href}/`, never)
  const deps = {
    ...storage,
    places: createSpoolRoom().forJob(),
    limits,
    placeOf: (index: number) => uriOf(`copies/${index}.txt`),
  }
  return { deps, objects, folder }
}

test('each copy holds what its source holds, in order', async () => {
  const texts = ['1,2\n', '', '3,4\n5,6\n']
  const { deps, objects } = await createFolder(...texts.map((text) => gzipSync(text)))
  const copies = await spoolObjects(deps, objects, 'gzip', never)
  expect(copies.map(({ source }) => source)).toEqual(objects)
  expect(copies.map(({ bytes }) => bytes)).toEqual([4, 0, 8])
  const read = copies.map(({ uri }) => readFile(fileURLToPath(uri), 'utf8'))
  expect(await Promise.all(read)).toEqual(texts)
})

test('what is not of the compression is refused by name, and no copy of it is left', async () => {
  const { deps, objects } = await createFolder(Buffer.from('1,2\n'))
  await expect(spoolObjects(deps, objects, 'zstd', never)).rejects.toMatchObject({
    code: 'compression_invalid',
    uri: objects[0]?.uri,
  })
  expect(await deps.readDocument(deps.placeOf(0), 100, never)).toBeUndefined()
})

test('where one fails, those that wait for a place are not begun, and those under way end', async () => {
  const packed = ['1,2\n', '3,4\n', '5,6\n'].map((text) => gzipSync(text))
  const { deps, objects } = await createFolder(...packed, Buffer.from('7,8\n'))
  const begun: string[] = []
  const aborted: string[] = []
  const isUnderWay = Promise.withResolvers<void>()
  const slow: typeof deps = {
    ...deps,
    places: createSpoolRoom(1).forJob(),
    async *decompress(source, options, signal) {
      begun.push(basename(source.uri))
      if (basename(source.uri) === '1.gz') {
        await isUnderWay.promise
        throw new Error('no gzip')
      }
      isUnderWay.resolve()
      await once(signal, 'abort')
      aborted.push(basename(source.uri))
      signal.throwIfAborted()
      yield* deps.decompress(source, options, signal)
    },
  }
  await expect(spoolObjects(slow, objects, 'gzip', never)).rejects.toThrow('no gzip')
  expect([begun.toSorted(), aborted]).toEqual([['0.gz', '1.gz'], ['0.gz']])
})

test('what was changed since it was pinned is refused', async () => {
  const { deps, objects, folder } = await createFolder(gzipSync('1,2\n'))
  await writeFile(join(folder, '0.gz'), gzipSync('3,4,5,6\n'))
  await expect(spoolObjects(deps, objects, 'gzip', never)).rejects.toMatchObject({
    code: 'object_changed',
  })
})

const table = zstdCompressSync(Buffer.alloc(50_000, '1,2\n'))
const small = { expandedBytesFree: 60_000, expansionMax: 2, expandedBytesMax: 1e9 }

test.for([
  ['one that expands too far for its size', [table], { ...small, expandedBytesFree: 40_000 }],
  ['all that together expand too far', [table, table], { ...small, expandedBytesMax: 90_000 }],
  ['many whose each is small enough', [table, table], small],
] as const)('%s is refused', async ([, files, limits]) => {
  const { deps, objects } = await createFolder(...files)
  await expect(spoolObjects({ ...deps, limits }, objects, 'zstd', never)).rejects.toMatchObject({
    code: 'too_large',
    hint: expect.stringContaining('decompress it'),
  })
})

test('a small table that expands far is no bomb', async () => {
  const { deps, objects } = await createFolder(table)
  const [copy] = await spoolObjects({ ...deps, limits: small }, objects, 'zstd', never)
  expect(copy?.bytes).toBe(50_000)
})
