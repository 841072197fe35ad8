import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../test-data.fixture.ts'
import { type LogTail, openLogTail } from './log-tail.ts'

const linesOf = async (tail: LogTail): Promise<string[]> =>
  (await Array.fromAsync(tail.read())).map(({ name, text }) => `${name}: ${text}`)

test('what is appended is read once, line by line', async () => {
  const logs = await temporaryFolder()
  const log = join(logs, 'consumer-1.log')
  await writeFile(log, 'of an earlier run\n')
  const tail = await openLogTail(logs, 'end')
  expect(await linesOf(tail)).toEqual([])
  await appendFile(log, 'one\ntwo\nthr')
  expect(await linesOf(tail)).toEqual(['consumer-1: one', 'consumer-1: two'])
  await appendFile(log, 'ee\n')
  expect(await linesOf(tail)).toEqual(['consumer-1: three'])
})

test('a log that is made later is read from its beginning', async () => {
  const logs = await temporaryFolder()
  const tail = await openLogTail(logs, 'end')
  await writeFile(join(logs, 'consumer-2.log'), 'one\n')
  await writeFile(join(logs, 'consumer-2.txt'), 'no log\n')
  expect(await linesOf(tail)).toEqual(['consumer-2: one'])
})

test('lines that lie across pieces come whole, in any alphabet', async () => {
  const logs = await temporaryFolder()
  const long = 'ü'.repeat(100_000)
  await writeFile(join(logs, 'consumer-1.log'), `${long}\n${long}\n`)
  const tail = await openLogTail(logs, 'start')
  expect(await linesOf(tail)).toEqual([`consumer-1: ${long}`, `consumer-1: ${long}`])
})

test('where there are no logs, there are no lines', async () => {
  const tail = await openLogTail(join(await temporaryFolder(), 'none'), 'end')
  expect(await linesOf(tail)).toEqual([])
})
