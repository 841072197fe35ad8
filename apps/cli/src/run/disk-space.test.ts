import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../test-data.fixture.ts'
import { bytesNeeded, FREE_BYTES_MIN, freeBytes } from './disk-space.ts'

test('a file system has whole bytes free', async () => {
  const free = await freeBytes(await temporaryFolder())
  expect(Number.isInteger(free) && free >= 0).toBe(true)
})

test('a folder that is not there has none to ask for', async () => {
  await expect(freeBytes(join(await temporaryFolder(), 'gone'))).rejects.toThrow('ENOENT')
})

test('a run needs room beyond the point at which it would stop', () => {
  expect(bytesNeeded(0, false)).toBe(FREE_BYTES_MIN)
  expect(bytesNeeded(1_000, false)).toBe(FREE_BYTES_MIN + 2_000)
  expect(bytesNeeded(1_000, true)).toBe(FREE_BYTES_MIN + 3_000)
})
