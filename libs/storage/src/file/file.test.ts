import { execFileSync } from 'node:child_process'
import {
  appendFile,
  link,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { readdirSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createStorage, type Storage } from '../storage.ts'
import { fileUri } from '../uri.ts'

const signal = new AbortController().signal

let root: string
let storage: Storage

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'millrace-file-'))
  storage = createStorage({})
})

afterEach(async () => {
  await storage.close()
  await rm(root, { recursive: true, force: true })
})

const at = (name: string): string => join(root, name)
const put = async (name: string, text = 'hello\n'): Promise<string> => {
  await writeFile(at(name), text)
  return fileUri(at(name))
}
const pinOne = async (name: string) => (await storage.pin(fileUri(at(name)), signal))[0]!
const readAll = async (object: Awaited<ReturnType<typeof pinOne>>) =>
  storage.read(object, { start: 0, end: object.bytes }, signal)

describe('pinning', () => {
  test('follows a link to a file', async () => {
    await put('real.csv')
    await symlink('real.csv', at('link.csv'))
    const object = await pinOne('link.csv')
    expect(object).toMatchObject({ uri: fileUri(at('link.csv')), bytes: 6 })
    expect(String(await readAll(object))).toBe('hello\n')
  })

  test('of a link that later leads elsewhere, reads object_changed', async () => {
    await put('one.csv')
    await put('two.csv')
    await symlink('one.csv', at('link.csv'))
    const object = await pinOne('link.csv')
    await rm(at('link.csv'))
    await symlink('two.csv', at('link.csv'))
    await expect(readAll(object)).rejects.toMatchObject({ code: 'object_changed' })
  })

  test('refuses a folder without a slash, and says how to mean it', async () => {
    await mkdir(at('folder'))
    const hint = `write ${fileUri(at('folder'))}/ to mean all files below it; name a linked folder itself`
    await expect(pinOne('folder')).rejects.toMatchObject({ code: 'not_a_file', hint })
  })

  test('refuses a file with a slash', async () => {
    await put('data.csv')
    const pinning = storage.pin(`${fileUri(at('data.csv'))}/`, signal)
    await expect(pinning).rejects.toMatchObject({ code: 'not_a_file' })
  })

  test('refuses a pipe at once, alone and in a folder', async () => {
    execFileSync('mkfifo', [at('pipe')])
    const refused = { code: 'not_a_file', message: expect.stringContaining('it is a pipe') }
    await expect(pinOne('pipe')).rejects.toMatchObject(refused)
    await expect(storage.pin(`${fileUri(root)}/`, signal)).rejects.toMatchObject(refused)
  })

  test('refuses a socket and a device', async () => {
    const server = createServer().listen(at('socket'))
    await expect.poll(async () => readdir(root)).toContain('socket')
    await expect(pinOne('socket')).rejects.toThrow('it is a socket')
    server.close()
    await expect(storage.pin('file:///dev/null', signal)).rejects.toThrow('it is a device')
  })

  test('refuses a link to a folder inside a folder', async () => {
    await symlink('.', at('circle'))
    const pinning = storage.pin(`${fileUri(root)}/`, signal)
    await expect(pinning).rejects.toMatchObject({ code: 'not_a_file' })
  })

  test('refuses a link that leads nowhere or in a circle', async () => {
    await symlink('nowhere', at('dead'))
    await symlink('loop', at('loop'))
    await expect(pinOne('dead')).rejects.toMatchObject({ code: 'object_missing' })
    await expect(pinOne('loop')).rejects.toMatchObject({ code: 'not_a_file' })
  })

  test('keeps a size above four gigabytes', async () => {
    await put('sparse.csv', '')
    await truncate(at('sparse.csv'), 5_000_000_000)
    const object = await pinOne('sparse.csv')
    expect(object.bytes).toBe(5_000_000_000)
    const end = await storage.read(object, { start: 4_999_999_990, end: 5_000_000_000 }, signal)
    expect(end.equals(Buffer.alloc(10))).toBe(true)
  })

  test('takes 10,000 files below one folder, in order', async () => {
    for (let batch = 0; batch < 100; batch += 1) {
      await mkdir(at(`day=${batch}`))
      const names = Array.from({ length: 100 }, (_, index) => `day=${batch}/${index}.csv`)
      await Promise.all(names.map(async (name) => put(name, '')))
    }
    const objects = await storage.pin(`${fileUri(root)}/`, signal)
    expect(objects.length).toBe(10_000)
    expect(objects[0]!.uri).toMatch(/day=0\/0\.csv$/)
    expect(objects.at(-1)!.uri).toMatch(/day=99\/99\.csv$/)
  })
})

describe('reading', () => {
  test.for([
    ['appended to', async () => appendFile(at('data.csv'), 'x')],
    ['cut', async () => truncate(at('data.csv'), 3)],
    ['touched', async () => utimes(at('data.csv'), 1, 1)],
    ['deleted', async () => rm(at('data.csv'))],
    [
      'replaced by a rename',
      async () => {
        await put('new.csv')
        await rename(at('new.csv'), at('data.csv'))
      },
    ],
  ] as const)('a file that is %s while open, throws object_changed', async ([, change]) => {
    await put('data.csv')
    const object = await pinOne('data.csv')
    await readAll(object)
    await change()
    const changed = { code: 'object_changed', hint: expect.stringContaining('keep the dataset') }
    await expect(readAll(object)).rejects.toMatchObject(changed)
  })

  test('a file whose place a pipe took, does not wait for it', async () => {
    await put('data.csv')
    const object = await pinOne('data.csv')
    await rm(at('data.csv'))
    execFileSync('mkfifo', [at('data.csv')])
    await expect(readAll(object)).rejects.toMatchObject({ code: 'object_changed' })
  })

  test('a file with a second name goes on when the first is removed', async () => {
    await put('data.csv')
    await link(at('data.csv'), at('kept.csv'))
    const object = await pinOne('data.csv')
    await readAll(object)
    await rm(at('data.csv'))
    expect(String(await readAll(object))).toBe('hello\n')
  })

  test('pinned anew after a change, gives the new bytes', async () => {
    await put('data.csv')
    await readAll(await pinOne('data.csv'))
    await put('data.csv', 'other\n!')
    expect(String(await readAll(await pinOne('data.csv')))).toBe('other\n!')
  })

  test('many files, holds at most 64 open, and none after close', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `${index}.csv`)
    for (const name of names) await put(name, name)
    const reads = names.map(async (name) => readAll(await pinOne(name)))
    expect((await Promise.all(reads)).map(String)).toEqual(names)
    // The last ones over it are being closed.
    await expect.poll(() => openBelow(root)).toBeLessThanOrEqual(64)
    await storage.close()
    expect(openBelow(root)).toBe(0)
    expect(String(await readAll(await pinOne('7.csv')))).toBe('7.csv')
  })

  test('one file from many places at once, opens it once', async () => {
    await put('data.csv', 'x'.repeat(100_000))
    const object = await pinOne('data.csv')
    const reads = Array.from({ length: 50 }, async (_, index) =>
      storage.read(object, { start: index * 2_000, end: index * 2_000 + 2_000 }, signal),
    )
    for (const got of await Promise.all(reads)) expect(String(got)).toBe('x'.repeat(2_000))
    expect(openBelow(root)).toBe(1)
  })
})

describe('documents', () => {
  test('leave no temporary file, whatever the outcome', async () => {
    const uri = fileUri(at('deep/er/doc'))
    const write = async (ifAbsent: boolean) =>
      storage.writeDocument(uri, Buffer.from('x'), { ifAbsent }, signal)
    expect([await write(true), await write(true), await write(false)]).toEqual([
      'written',
      'exists',
      'written',
    ])
    expect(await readdir(at('deep/er'))).toEqual(['doc'])
  })

  test.for(['日'.repeat(85), '😀'.repeat(63), 'x'.repeat(255)])(
    'may have the longest name there is: %s',
    async (name) => {
      const uri = fileUri(at(name))
      expect(await storage.writeDocument(uri, Buffer.from('x'), {}, signal)).toBe('written')
      expect(await readdir(root)).toEqual([name])
    },
  )

  test('written ifAbsent by many at once, are written by one', async () => {
    const uri = fileUri(at('doc'))
    const writers = Array.from({ length: 16 }, async (_, writer) =>
      storage.writeDocument(uri, Buffer.from(`${writer}`), { ifAbsent: true }, signal),
    )
    const outcomes = await Promise.all(writers)
    expect(outcomes.filter((outcome) => outcome === 'written').length).toBe(1)
    expect(outcomes[Number(await storage.readDocument(uri, 9, signal))]).toBe('written')
    expect(await readdir(root)).toEqual(['doc'])
  })

  test('that are a folder or lie below a file, are refused', async () => {
    await mkdir(at('folder'))
    await put('file')
    for (const uri of [fileUri(at('folder')), fileUri(at('file/doc'))]) {
      const writing = storage.writeDocument(uri, Buffer.from('x'), {}, signal)
      await expect(writing).rejects.toMatchObject({ code: 'not_a_file' })
      await expect(storage.readDocument(uri, 9, signal)).rejects.toMatchObject({
        code: 'not_a_file',
      })
    }
    expect((await readdir(root)).toSorted()).toEqual(['file', 'folder'])
  })
})

/** Descriptors of this process that point below a folder; Linux only, like the disk that is full. */
function openBelow(folder: string): number {
  const targets = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return '' // The descriptor that lists the others is closed by now.
    }
  })
  return targets.filter((target) => target.startsWith(`${folder}/`)).length
}
