import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { createCutter, createSlots, type Cut, glanceOf } from '@millrace/csv'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { abandon, claim, createClaims, doneWith, finish, open, shut } from './claims.ts'
import { type OpenRange, piecesOf, type Reader, readOf } from './read-claims.ts'
import { createReadOver } from './read-over.ts'
import { createReaders, type Deps, type Readers, readerSlots, readersFor } from './readers.ts'
import { startThread, type Thread } from './thread.ts'

const dialect = { delimiter: ',', quote: '"' }
// Pieces begin inside quotes, between the bytes of CRLF, and with a quote that a text pretends to open.
const table = Buffer.from('1,"a ""b"",\n"",c\n",3\r\n22,,"x"\r\n'.repeat(500_000))

const folder = mkdtempSync(join(tmpdir(), 'millrace-readers-'))
const path = join(folder, 'table.csv')
writeFileSync(path, table)
let file: number
beforeEach(() => {
  file = openSync(path, 'r')
})
afterEach(() => closeSync(file))
afterAll(() => rmSync(folder, { recursive: true }))

const slots = createSlots(readerSlots)
const glance = glanceOf(slots, dialect)
const whole = () => ({ fd: file, start: 0, end: table.length })

async function untilReady(thread: Thread): Promise<void> {
  while (!thread.isReady) await setImmediate()
}

describe('a thread', () => {
  const [first = new Uint8Array(), second = first] = slots.buffers
  const shared = {
    claims: createClaims(2),
    glance,
    slotsAt: [first.byteOffset, second.byteOffset],
    slotBytes: first.length,
  }
  const { claims } = shared
  let thread: Thread
  beforeEach(async () => {
    thread = startThread({ shared, slots: [0, 1] })
    await untilReady(thread)
  })
  afterEach(() => thread.end())
  const isDone = (piece: number) => expect.poll(() => doneWith(claims, piece)).toBeDefined()

  test('reads one piece after the other into its slots, and waits for a free one', async () => {
    open(claims, 5)
    thread.join(whole())
    await isDone(1)
    expect([doneWith(claims, 0)?.bytes, doneWith(claims, 1)?.bytes]).toEqual([1 << 20, 1 << 20])
    expect(table.subarray(0, first.length).equals(first)).toBe(true)
    expect(table.subarray(first.length, 2 * first.length).equals(second)).toBe(true)
    shut(claims)
    await thread.leave()
    expect(claim(claims, 0)).toBeUndefined()
  })

  test('at the end of the file, says how much there was', async () => {
    open(claims, 1)
    thread.join({ fd: file, start: table.length - 10, end: table.length + 90 })
    await thread.leave()
    expect(doneWith(claims, 0)?.bytes).toBe(10)
  })

  test('on a file that is not open, says so and goes on with another', async () => {
    open(claims, 1)
    thread.join({ ...whole(), fd: 9_999 })
    await thread.leave()
    expect(doneWith(claims, 0)).toEqual({ slot: 0, bytes: undefined })
    open(claims, 1)
    thread.join(whole())
    await thread.leave()
    expect(doneWith(claims, 0)?.bytes).toBe(1 << 20)
  })

  test('that ends gives up what it has claimed', async () => {
    open(claims, 5)
    claim(claims, 0)
    await thread.end()
    expect(doneWith(claims, 0)).toEqual({ slot: 0, bytes: undefined })
  })
})

const options = { dialect, rowsMax: 1_000, bytesMax: 50_000, header: false }
const wanted = (): Cut[] => {
  const cutter = createCutter(options)
  return [...cutter.push(table), ...cutter.end()]
}

async function cut(readers: Readers, range: OpenRange = whole()): Promise<Cut[]> {
  const cutter = createCutter({ ...options, slots })
  const reading = readers.read(range)
  const cuts: Cut[] = []
  for (let at = range.start; at < range.end; ) {
    const piece = await reading.next()
    cuts.push(...cutter.push(piece))
    at += piece.length
  }
  await reading.end()
  return [...cuts, ...cutter.end()]
}

const now = () => performance.now()
const readersOf = (others: number, deps: Partial<Deps> = {}): Readers =>
  createReaders({ start: startThread, now, ...deps }, others, slots.buffers, glance)
/** A thread that does what a test wants when it joins. */
const fake = (join: Thread['join']): Thread => ({
  isReady: true,
  join,
  leave: async () => {},
  end: async () => {},
})

describe('readers', () => {
  test.for([0, 1, 3])('with %d threads leave the cuts as they are', async (count) => {
    const threads: Thread[] = []
    const start = (reader: Reader): Thread => {
      const thread = startThread(reader)
      threads.push(thread)
      return thread
    }
    const readers = readersOf(count, { start })
    await Promise.all(threads.map(untilReady))
    expect(await cut(readers)).toEqual(wanted())
    // One file after the other.
    expect(await cut(readers)).toEqual(wanted())
    await readers[Symbol.asyncDispose]()
    expect(threads.some(({ isReady }) => isReady)).toBe(false)
  })

  test('read what a thread could not read', async () => {
    const start = ({ shared: { claims }, slots: [slot = 0] }: Reader) =>
      fake(() => {
        claim(claims, slot)
        abandon(claims, slot)
      })
    expect(await cut(readersOf(1, { start }))).toEqual(wanted())
  })

  test('wait for the piece that a thread is reading', async () => {
    const start = ({ shared, slots: [slot = 0] }: Reader) => {
      const { claims } = shared
      const readLast = async (range: OpenRange): Promise<void> => {
        const readOver = createReadOver(glance)
        const piece = claim(claims, slot) ?? 0
        // The next one is read meanwhile, or this one never.
        while (doneWith(claims, piece + 1) === undefined) await setImmediate()
        finish(claims, slot, readOver(readOf(shared, range, slot, piece)))
      }
      return fake((range) => void readLast(range))
    }
    expect(await cut(readersOf(1, { start }))).toEqual(wanted())
  })

  test('from a slow disk, have the pool read and answer others meanwhile', async () => {
    let time = 0
    const seen = { turns: 0, isOver: false }
    const turning = async () => {
      for (; !seen.isOver; seen.turns += 1) await setImmediate()
    }
    const turned = turning()
    // What was noted in the slots is of other bytes.
    const readOver = createReadOver(glance)
    for (const { byteOffset: at, length } of slots.buffers) {
      readOver({ fd: file, at, length, start: 1 })
    }
    const cuts = await cut(readersOf(0, { now: () => (time += 30) }))
    seen.isOver = true
    await turned
    expect(seen.turns).toBeGreaterThan(piecesOf({ slotBytes: 1 << 20 }, whole()) / 3)
    expect(cuts).toEqual(wanted())
  })

  test('that are left early read nothing more, and begin another file', async () => {
    const threads: Thread[] = []
    const start = (reader: Reader): Thread => {
      const thread = startThread(reader)
      threads.push(thread)
      return thread
    }
    await using readers = readersOf(1, { start })
    await Promise.all(threads.map(untilReady))
    const reading = readers.read(whole())
    await reading.next()
    // Its slots are full, the lent one perhaps among them: it waits.
    await expect.poll(() => reading.ahead).toBeGreaterThanOrEqual(2)
    await reading.end()
    const range = { ...whole(), start: 12_345, end: 4_000_000 }
    const cutter = createCutter(options)
    const part = [...cutter.push(table.subarray(range.start, range.end)), ...cutter.end()]
    expect(await cut(readers, range)).toEqual(part)
  })

  test('end when no thread reads any more', async () => {
    const left = Promise.withResolvers<void>()
    const start = () => ({ ...fake(() => {}), leave: () => left.promise })
    const reading = readersOf(1, { start }).read(whole())
    let isOver = false
    const ending = reading.end().then(() => (isOver = true))
    await setImmediate()
    expect(isOver).toBe(false)
    left.resolve()
    await ending
  })

  test('on a file that has become shorter, give what there is', async () => {
    await using readers = readersOf(1)
    const reading = readers.read({ fd: file, start: table.length - 10, end: table.length + 90 })
    expect((await reading.next()).length).toBe(10)
    await reading.end()
  })

  test('fail with the error that Node gives', async () => {
    await using readers = readersFor(1e12, slots.buffers, glance)
    const reading = readers.read({ ...whole(), fd: 9_999 })
    await expect(reading.next()).rejects.toMatchObject({ code: 'EBADF' })
    await reading.end()
  })
})
