import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createStorage } from '../storage.ts'
import { fileUri } from '../uri.ts'

const signal = new AbortController().signal
const disk = mountSmallDisk()
if (disk === undefined)
  console.warn('the full-disk tests are skipped: mounting a tmpfs was refused')

afterAll(() => {
  if (disk === undefined) return
  execFileSync('umount', [disk])
  rmdirSync(disk)
})

describe.skipIf(disk === undefined)('on a disk of one megabyte', () => {
  const storage = createStorage({})
  const uri = fileUri(join(disk ?? '', 'result.csv'))
  const full = { code: 'no_space', retryable: false, hint: expect.stringContaining(disk ?? '') }

  beforeEach(async () => storage.remove(uri, {}, signal))

  test('a document that does not fit leaves nothing behind', async () => {
    const writing = storage.writeDocument(uri, Buffer.alloc(2_000_000, 'x'), {}, signal)
    await expect(writing).rejects.toMatchObject(full)
    expect(await readdir(disk!)).toEqual([])
  })

  test('a document that does not fit keeps the one before', async () => {
    await storage.writeDocument(uri, Buffer.from('before'), {}, signal)
    const writing = storage.writeDocument(uri, Buffer.alloc(2_000_000, 'x'), {}, signal)
    await expect(writing).rejects.toMatchObject(full)
    expect(String(await storage.readDocument(uri, 9, signal))).toBe('before')
    expect(await readdir(disk!)).toEqual(['result.csv'])
  })

  test('a result that does not fit cannot be committed and leaves nothing', async () => {
    const writer = await storage.createWriter(uri, signal)
    await writer.write(Buffer.alloc(500_000, 'x'))
    await expect(writer.write(Buffer.alloc(3_000_000, 'x'))).rejects.toMatchObject(full)
    await expect(writer.commit()).rejects.toThrow('failed')
    await writer.abort()
    expect(await readdir(disk!)).toEqual([])
  })

  test('a result whose end does not fit is refused by commit', async () => {
    const writer = await storage.createWriter(uri, signal)
    for (const bytes of [600_000, 500_000]) await writer.write(Buffer.alloc(bytes, 'x'))
    await expect(writer.commit()).rejects.toMatchObject(full)
    await writer.abort()
    expect(await readdir(disk!)).toEqual([])
  })
})

/** Only root may; undefined where it is refused. */
function mountSmallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' })
    return folder
  } catch {
    rmdirSync(folder)
    return undefined
  }
}
