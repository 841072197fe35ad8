import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { jobWith, temporaryFolder } from '../test-data.fixture.ts'
import {
  disksOf,
  FREE_BYTES_MIN,
  freeBytes,
  refuseFull,
  scarceTexts,
  spaceWanted,
  watchDisks,
} from './disk-space.ts'

test('a file system has whole bytes free', async () => {
  const free = await freeBytes(await temporaryFolder())
  expect(Number.isInteger(free) && free >= 0).toBe(true)
})

test('a folder that is not there has none to ask for', async () => {
  await expect(freeBytes(join(await temporaryFolder(), 'gone'))).rejects.toThrow('ENOENT')
})

const GIB = 1024 ** 3
const { spec } = jobWith()
const plain = { ...spec, dataset: { ...spec.dataset, compression: 'none' as const } }
const packed = { ...spec, dataset: { ...spec.dataset, compression: 'gzip' as const } }
const joined = { ...plain, output: { ...plain.output, join: 'all' as const } }
/** Rows of 2 KB. */
const wide = Buffer.from(`${'1,'.repeat(1_023)}1\n`.repeat(8))

test.for([
  ['a wide table', plain, wide, 0.5, 0.5],
  ['a joined one', joined, wide, 0.5, 30.5],
  ['a narrow one', plain, Buffer.from('1,2\n'.repeat(8)), 225, 225],
  ['a row without an end', plain, Buffer.from('1,2'), 300, 300],
  ['a packed one', packed, Buffer.from([0x1f, 0x8b]), 156, 36],
] as const)('of 30 GB of %s, what is written follows from its rows', ([, asked, head, ...gib]) => {
  const { state, result } = spaceWanted(asked, 30 * GIB, head)
  expect([state, result].map((bytes) => Math.round((bytes / GIB) * 10) / 10)).toEqual([
    expect.closeTo(gib[0], 0),
    expect.closeTo(gib[1], 0),
  ])
})

test('state and result on one disk need its room together', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'sub'))
  const folders = { state: folder, result: join(folder, 'sub') }
  const disks = await disksOf(folders, { state: 100, result: 20 })
  expect(disks).toMatchObject([{ folder, needed: FREE_BYTES_MIN + 120 }])
})

test.runIf(process.platform === 'linux')('two disks need each their own', async () => {
  const [state, result] = [await temporaryFolder(), '/proc']
  const disks = await disksOf({ state, result }, { state: 100, result: 20 })
  expect(disks).toMatchObject([
    { folder: state, needed: FREE_BYTES_MIN + 100 },
    { folder: result, needed: FREE_BYTES_MIN + 20 },
  ])
})

test('a disk that is perhaps too small stops nobody, and one that is full does', () => {
  const disk = { folder: '/data', free: 5 * GIB, needed: 60 * GIB }
  expect(refuseFull([disk])).toBeUndefined()
  expect(scarceTexts([disk, { ...disk, needed: GIB }])).toEqual([
    expect.stringMatching(/^\/data: about 61,440 MiB will be needed .* 5,120 MiB are free; when/),
  ])
  const full = { ...disk, free: FREE_BYTES_MIN - 1, needed: FREE_BYTES_MIN + 100 }
  expect(() => refuseFull([disk, full])).toThrow(
    '/data: not enough room on this disk (4 MiB free, 5 MiB needed)',
  )
})

test('each folder is watched, and one that is gone is told', async () => {
  const trouble = new AbortController()
  const folder = await temporaryFolder()
  using _watch = watchDisks([folder, join(folder, 'gone')], trouble)
  await new Promise((resolve) => trouble.signal.addEventListener('abort', resolve))
  expect(trouble.signal.reason).toMatchObject({
    message: `${join(folder, 'gone')}: cannot be looked at any more (ENOENT)`,
    exitCode: 1,
  })
})
