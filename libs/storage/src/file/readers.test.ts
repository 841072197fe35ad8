import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { createCutter, createSlots, type Cut, cutReads, glanceOf } from '@millrace/csv'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createReaders, readersFor } from './readers.ts'
import { startThread, type Thread } from './thread.ts'

const dialect = { delimiter: ',', quote: '"' }
// Pieces begin inside quotes, between the bytes of CRLF, and with a quote that a text pretends to open.
const table = Buffer.from('1,"a ""b"",\n"",c\n",3\r\n22,,"x"\r\n'.repeat(150_000))

const folder = mkdtempSync(join(tmpdir(), 'millrace-readers-'))
const path = join(folder, 'table.csv')
writeFileSync(path, table)
let file: number
beforeEach(() => {
  file = openSync(path, 'r')
})
afterEach(() => closeSync(file))
afterAll(() => rmSync(folder, { recursive: true }))

async function untilReady(thread: Thread): Promise<void> {
  while (!thread.isReady) await setImmediate()
}

describe('a thread', () => {
  const slots = createSlots(2)
  const [first = new Uint8Array(), second = first] = slots.buffers
  const readOf = ({ byteOffset: at, length }: Uint8Array, start: number) => ({
    fd: file,
    at,
    length,
    start,
  })
  let thread: Thread
  beforeEach(async () => {
    thread = startThread(glanceOf(slots, dialect))
    await untilReady(thread)
  })
  afterEach(() => thread.end())

  test('reads into memory that it shares, in the order asked', async () => {
    const reads = [thread.read(readOf(first, 0)), thread.read(readOf(second, 1_000))]
    expect(thread.reads).toBe(2)
    expect(await Promise.all(reads)).toEqual([first.length, second.length])
    expect(table.subarray(0, first.length).equals(first)).toBe(true)
    expect(table.subarray(1_000, 1_000 + second.length).equals(second)).toBe(true)
  })

  test('at the end of the file, says how much there was', async () => {
    expect(await thread.read(readOf(first, table.length - 10))).toBe(10)
  })

  test('on a file that is not open, answers nothing and goes on', async () => {
    expect(await thread.read({ ...readOf(first, 0), fd: 9_999 })).toBeUndefined()
    expect(await thread.read(readOf(first, 0))).toBe(first.length)
  })

  test('that is ended answers what it has not read', async () => {
    const reads = Array.from({ length: 500 }, () => thread.read(readOf(first, 0)))
    await thread.end()
    expect((await Promise.all(reads)).at(-1)).toBeUndefined()
    expect([thread.isReady, thread.reads]).toEqual([false, 0])
  })
})

describe('readers', () => {
  const options = { dialect, rowsMax: 1_000, bytesMax: 50_000, header: false }
  const wanted = (): Cut[] => {
    const cutter = createCutter(options)
    return [...cutter.push(table), ...cutter.end()]
  }

  test.for([0, 1, 3])(
    'with %d threads that all read, leave the cuts as they are',
    async (count) => {
      const slots = createSlots(8)
      const glance = glanceOf(slots, dialect)
      const threads = Array.from({ length: count }, () => startThread(glance))
      await Promise.all(threads.map(untilReady))
      const used = new Set<Thread>()
      const seen = threads.map((thread) => ({
        ...thread,
        isReady: true,
        get reads() {
          return thread.reads
        },
        read: (read: Parameters<Thread['read']>[0]) => {
          used.add(thread)
          return thread.read(read)
        },
      }))
      const readers = createReaders(seen, glance)
      const read = (into: Uint8Array, start: number) => readers.fill(file, into, start)
      const cuts: Cut[] = []
      const reading = cutReads({ ...options, slots, size: table.length }, read)
      for await (const some of reading) cuts.push(...some)
      await readers[Symbol.asyncDispose]()
      expect(threads.some(({ isReady }) => isReady)).toBe(false)
      expect(cuts).toEqual(wanted())
      expect(used.size).toBe(count)
    },
  )

  test('read into memory of others as Node does', async () => {
    await using readers = createReaders([], glanceOf(createSlots(1), dialect))
    const target = Buffer.alloc(100)
    expect(await readers.fill(file, target, 7)).toBe(100)
    expect(target.equals(table.subarray(7, 107))).toBe(true)
  })

  test('fail with the error that Node gives', async () => {
    const slots = createSlots(1)
    await using readers = readersFor(1e12, glanceOf(slots, dialect))
    const [slot = new Uint8Array()] = slots.buffers
    await expect(readers.fill(9_999, slot, 0)).rejects.toMatchObject({ code: 'EBADF' })
  })
})
