import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { askThread } from './ask-thread.ts'
import { createHasher } from './hasher.ts'

const blockOf = (text: string): { block: ArrayBuffer; bytes: number } => {
  const { buffer } = Uint8Array.from(Buffer.from(text))
  return { block: buffer, bytes: buffer.byteLength }
}

const update = async (hasher: ReturnType<typeof createHasher>, text: string) => {
  const { block, bytes } = blockOf(text)
  return Buffer.from(await hasher.update(block, bytes))
}

const end = async (hasher: ReturnType<typeof createHasher>, text: string) => {
  const { block, bytes } = blockOf(text)
  return (await hasher.end(block, bytes)).digest
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

test('files hashed side by side each have their own digest', async () => {
  const [one, other] = [createHasher(), createHasher()]
  expect(String(await update(one, 'a'))).toBe('a')
  await update(other, 'x')
  await update(one, 'b')
  expect(await end(other, 'y')).toBe(sha256('xy'))
  expect(await end(one, 'c')).toBe(sha256('abc'))
  expect(await end(createHasher(), 'short')).toBe(sha256('short'))
})

test('when the thread dies in the middle of a file, there is no digest of the rest', async () => {
  const hasher = createHasher()
  await update(hasher, 'a')
  const kill = { kind: 'print', memory: new ArrayBuffer(0), parts: undefined } as never
  await expect(askThread(kill)).rejects.toThrow()
  await expect(update(hasher, 'b')).rejects.toThrow('has died')
  await expect(end(hasher, 'c')).rejects.toThrow('has died')
  hasher.abort()
  const next = createHasher()
  await update(next, 'd')
  expect(await end(next, 'e')).toBe(sha256('de'))
})
