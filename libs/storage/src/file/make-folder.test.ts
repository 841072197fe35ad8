import { mkdtemp, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder } from './make-folder.ts'

const temporaryFolder = async () => await mkdtemp(join(tmpdir(), 'make-folder-'))

test('makes the missing folders above it, by many at once', async () => {
  const path = join(await temporaryFolder(), 'a/b/c')
  await Promise.all([path, path, join(path, '../d'), `${path}/`].map((each) => makeFolder(each)))
  expect((await stat(path)).isDirectory()).toBe(true)
})

test('makes all that is missing with the mode that is asked for', async () => {
  const folder = await temporaryFolder()
  await makeFolder(join(folder, 'a/b'), 0o700)
  await makeFolder(join(folder, 'a/b/c'), 0o750)
  const modes = ['a', 'a/b', 'a/b/c'].map(async (name) => (await stat(join(folder, name))).mode)
  expect((await Promise.all(modes)).map((mode) => mode & 0o777)).toEqual([0o700, 0o700, 0o750])
})

test('a folder that is there is fine, by a link too', async () => {
  const folder = await temporaryFolder()
  await makeFolder(folder)
  await symlink(folder, join(folder, 'link'))
  await makeFolder(join(folder, 'link/inner'))
  expect((await stat(join(folder, 'inner'))).isDirectory()).toBe(true)
})

test('refuses a file in its way, and a link to nowhere', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'file'), '')
  await symlink(join(folder, 'nowhere'), join(folder, 'link'))
  await expect(makeFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'ENOTDIR' })
  await expect(makeFolder(join(folder, 'file/a/b'))).rejects.toMatchObject({ code: 'ENOTDIR' })
  await expect(makeFolder(join(folder, 'link/a'))).rejects.toMatchObject({ code: 'EEXIST' })
})

test.runIf(process.platform === 'linux')('ends where the kernel lets nothing be made', async () => {
  await expect(makeFolder('/proc/a/b')).rejects.toMatchObject({
    code: expect.stringMatching(/^(ENOENT|EACCES|EPERM)$/),
  })
})
