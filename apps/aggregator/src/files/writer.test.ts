import { createHash, randomBytes } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { hashed, type Writer } from './writer.ts'

const MEGABYTE = 2 ** 20

/** A writer that keeps what it is given, and fails from the given call on. */
function memory(
  failsFrom = Infinity,
): Writer & { readonly written: () => Buffer; calls: string[] } {
  const pieces: Buffer[] = []
  const calls: string[] = []
  return {
    calls,
    written: () => Buffer.concat(pieces),
    async write(bytes) {
      calls.push('write')
      await nextTurn()
      if (calls.length >= failsFrom) throw new Error('the disk is full')
      pieces.push(Buffer.from(bytes))
    },
    commit: async () => void calls.push('commit'),
    abort: async () => void calls.push('abort'),
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

test.for([0, 1, 1_000, MEGABYTE, MEGABYTE + 1, 9.5 * MEGABYTE])(
  'of %d bytes, tells size and digest, and has written them all',
  async (length) => {
    const bytes = randomBytes(length)
    const target = memory()
    const file = hashed('file:///x', target)
    const piece = Buffer.alloc(700_001)
    for (let at = 0; at < length; at += piece.length) {
      const copied = bytes.copy(piece, 0, at)
      const writing = file.write(piece.subarray(0, copied))
      piece.fill(0) // What was passed on is the caller's again at once.
      await writing
    }
    expect(await file.seal()).toEqual({ uri: 'file:///x', bytes: length, sha256: sha256(bytes) })
    await file.commit()
    expect(target.written().equals(bytes)).toBe(true)
    expect(target.calls.at(-1)).toBe('commit')
  },
)

test('of many small pieces, nothing is lost while its first block grows', async () => {
  const bytes = randomBytes(1.5 * MEGABYTE)
  const target = memory()
  const file = hashed('file:///x', target)
  for (let at = 0; at < bytes.length; at += 777) await file.write(bytes.subarray(at, at + 777))
  expect(await file.seal()).toMatchObject({ bytes: bytes.length, sha256: sha256(bytes) })
  expect(target.written().equals(bytes)).toBe(true)
})

test('two files that are written in turn have digests of their own', async () => {
  const contents = [randomBytes(5 * MEGABYTE), randomBytes(5 * MEGABYTE)]
  const files = contents.map((_, index) => hashed(`file:///${index}`, memory()))
  for (let at = 0; at < 5 * MEGABYTE; at += MEGABYTE) {
    for (const [index, file] of files.entries()) {
      await file.write(contents[index]!.subarray(at, at + MEGABYTE))
    }
  }
  const sealed = await Promise.all(files.map((file) => file.seal()))
  expect(sealed.map((file) => file.sha256)).toEqual(contents.map(sha256))
})

test('a write that fails is told by a later call, and nothing is written behind it', async () => {
  const target = memory(2)
  const file = hashed('file:///x', target)
  const writeAll = async () => {
    for (let count = 0; count < 20; count += 1) await file.write(Buffer.alloc(MEGABYTE))
  }
  await expect(writeAll()).rejects.toThrow('the disk is full')
  await expect(file.seal()).rejects.toThrow('the disk is full')
  expect(target.calls).toEqual(['write', 'write'])
})

test('a file that is given up leaves its blocks alone', async () => {
  const target = memory()
  const file = hashed('file:///x', target)
  await file.write(Buffer.alloc(3 * MEGABYTE))
  await file.abort()
  expect(target.calls).toEqual(['write', 'write', 'write', 'abort'])
})
