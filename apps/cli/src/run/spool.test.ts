import { spawnSync } from 'node:child_process'
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { never, temporaryFolder } from '../test-data.fixture.ts'
import { spool } from './spool.ts'

const piped = (...texts: string[]) => Readable.from(texts.map((text) => Buffer.from(text)))

test('what is piped lies in a file of the same bytes', async () => {
  const folder = join(await temporaryFolder(), 'spool')
  const { path, bytes } = await spool(piped('1,2\n', '3,4\n'), folder, never)
  expect(bytes).toBe(8)
  expect(await readFile(path, 'utf8')).toBe('1,2\n3,4\n')
  expect(await readdir(folder)).toHaveLength(1)
})

test('what is piped is the user’s alone, in a folder that others may read too', async () => {
  const folder = await temporaryFolder()
  await chmod(folder, 0o755)
  const { path } = await spool(piped('1,2\n'), folder, never)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('the same bytes piped again are the very same file', async () => {
  const folder = await temporaryFolder()
  const first = await spool(piped('1,2\n3,4\n'), folder, never)
  const before = await stat(first.path, { bigint: true })
  expect(await spool(piped('1,2', '\n3,4\n'), folder, never)).toEqual(first)
  const { ino, ctimeNs } = await stat(first.path, { bigint: true })
  expect({ ino, ctimeNs }).toEqual({ ino: before.ino, ctimeNs: before.ctimeNs })
  expect(await readdir(folder)).toHaveLength(1)
})

test('other bytes are another file', async () => {
  const folder = await temporaryFolder()
  const first = await spool(piped('1,2\n'), folder, never)
  const other = await spool(piped('1,3\n'), folder, never)
  expect(other.path).not.toBe(first.path)
  expect(other.changedAt).not.toBe(first.changedAt)
})

test('what a run that was killed has left is removed, and that of one at work is not', async () => {
  const folder = await temporaryFolder()
  const { pid: dead } = spawnSync(process.execPath, ['--version'])
  const [left, kept] = [`stdin-${dead}.partial`, `stdin-${process.ppid}.partial`]
  for (const name of [left, kept]) await writeFile(join(folder, name), '1,2\n')
  const { path } = await spool(piped('1,2\n'), folder, never)
  expect((await readdir(folder)).sort()).toEqual([basename(path), kept].sort())
})

test('nothing piped is no input', async () => {
  const folder = await temporaryFolder()
  await expect(spool(piped(), folder, never)).rejects.toThrow('standard input is empty')
  expect(await readdir(folder)).toEqual([])
})

test('when stopped in the middle, leaves nothing behind', async () => {
  const folder = await temporaryFolder()
  const stop = new AbortController()
  const source = new PassThrough()
  source.write('1,2\n')
  const spooling = spool(source, folder, stop.signal)
  stop.abort()
  await expect(spooling).rejects.toMatchObject({ name: 'AbortError' })
  expect(await readdir(folder)).toEqual([])
})

test('what does not fit on the disk is told in a sentence, and leaves nothing behind', async () => {
  const folder = await temporaryFolder()
  const source = new PassThrough()
  const spooling = spool(source, folder, never)
  source.destroy(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }))
  await expect(spooling).rejects.toMatchObject({
    message: `${folder}: the disk is full after 0 bytes of standard input`,
    hint: expect.stringContaining('--state'),
    exitCode: 1,
  })
  expect(await readdir(folder)).toEqual([])
})

test('when the pipe breaks, leaves nothing behind', async () => {
  const folder = await temporaryFolder()
  const source = new PassThrough()
  const spooling = spool(source, folder, never)
  source.destroy(new Error('EPIPE'))
  await expect(spooling).rejects.toThrow('EPIPE')
  expect(await readdir(folder)).toEqual([])
})
