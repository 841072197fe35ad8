import { createHash } from 'node:crypto'
import { type JobId, jobIdOf } from '@millrace/job'
import { printFloats, printLines } from '@millrace/predictions'
import { expect, test } from 'vitest'
import { decodeAhead, foundPart } from './decode-ahead.ts'
import type { Item } from '../table/item.ts'
import { itemOfPart, partOfItem } from './part-item.ts'
import type { Part, PrintParts, ReadPart } from './part.ts'

const signal = new AbortController().signal
const documents = { read: async () => undefined, write: async () => {} }
const jobId: JobId = jobIdOf('ahead')
const ROWS = 400

/** Parts of floats; every ninth of texts, every tenth with a failed row. */
function partAt(batch: number): Part & { partitions: number } {
  const floats = Float32Array.from({ length: ROWS }, (_, row) => Math.fround((batch + row) / 1_000))
  const lines = String(printFloats(Buffer.from(floats.buffer))).split('\n')
  if (batch % 9 === 8) lines[0] = 'no number'
  if (batch % 10 === 9) lines[7] = ''
  const start = batch * ROWS
  return {
    jobId,
    partitions: 4,
    batch,
    rows: { start, end: start + ROWS },
    predictions: Buffer.from(lines.join('\n')),
    failures: batch % 10 === 9 ? [{ row: start + 7, code: 'row_width', message: 'odd' }] : [],
    inputHash: 'a'.repeat(64),
    attempt: 1,
    invocations: 1,
    throttles: 0,
    durationMs: 5,
    recordedAt: 1_000,
  }
}

const itemsOf = (count: number): Promise<Item[]> =>
  Promise.all(
    Array.from({ length: count }, (_, batch) => itemOfPart(partAt(batch), documents, signal)),
  )

/** Prints here, and keeps how many parts each group had. */
function printer() {
  const groups: number[] = []
  let released = 0
  const print: PrintParts = async (parts) => {
    groups.push(parts.length)
    return parts.map(({ floats, digestHead }) => {
      const lines = printLines(floats)
      const digest = createHash('sha256').update(digestHead).update(floats).digest('hex')
      return { lines, digest, release: () => void (released += 1) }
    })
  }
  return { print, groups, released: () => released }
}

async function decode(
  items: readonly Item[],
  print?: PrintParts,
  onRelease: (item: Item) => void = () => {},
): Promise<ReadPart[]> {
  async function* found() {
    for (let at = 0; at < items.length; at += 7) {
      const run = items.slice(at, at + 7)
      yield run.map((item) => foundPart(item, documents, () => onRelease(item)))
    }
  }
  return (await Array.fromAsync(decodeAhead(found(), print, signal))).flat()
}

function withoutMemory(read: ReadPart): Part {
  const { lines, release: _, ...part } = read
  return { ...part, predictions: lines.text }
}

test('printed elsewhere or here, parts come in order and are the same', async () => {
  const items = await itemsOf(200)
  const wanted = await Promise.all(items.map((item) => partOfItem(item, documents, signal)))
  const { print, groups } = printer()
  expect((await decode(items, print)).map(withoutMemory)).toEqual(wanted)
  expect((await decode(items)).map(withoutMemory)).toEqual(wanted)
  expect(groups.reduce((sum, parts) => sum + parts, 0)).toBeGreaterThan(100)
})

test('the first parts are not printed elsewhere', async () => {
  const { print, groups } = printer()
  await decode(await itemsOf(32), print)
  expect(groups).toEqual([])
})

test('a group has at most sixteen parts', async () => {
  const floats = (await itemsOf(8)).slice(0, 8)
  const { print, groups } = printer()
  await decode(
    Array.from({ length: 32 + 40 }, (_, index) => floats[index % 8]!),
    print,
  )
  expect(groups).toEqual([16, 16, 8])
})

test('memory goes back to who printed into it', async () => {
  const { print, groups, released } = printer()
  for (const part of await decode(await itemsOf(60), print)) part.release?.()
  expect(released()).toBe(groups.reduce((sum, parts) => sum + parts, 0))
})

test('bytes of a page are released once, and looked at no more', async () => {
  const items = await itemsOf(60)
  const wanted = await Promise.all(items.map((item) => partOfItem(item, documents, signal)))
  for (const print of [printer().print, undefined]) {
    // Each has its own bytes, which are not there any more when it is released.
    const own = items.map((item) => ({ ...item, predictions: { B: ownBytes(item) } }))
    const released: Item[] = []
    const parts = await decode(own, print, (item) => {
      released.push(item)
      item['predictions']?.B?.fill(0xff)
    })
    expect(parts.map(withoutMemory)).toEqual(wanted)
    expect(released).toEqual(own)
  }
})

const ownBytes = (item: Item): Buffer => Buffer.from(item['predictions']?.B ?? [])

test.for([
  ['a changed prediction', { predictions: { B: Buffer.alloc(4 * ROWS) } }, /the digest does not/],
  ['half a float', { predictions: { B: Buffer.alloc(4 * ROWS - 1) } }, /wanted whole floats/],
  ['the key of another batch', { SK: { S: '0000000077' } }, /it is of batch 50/],
  ['rows that are no number', { rowStart: { N: 'x' } }, /rowStart: wanted a finite number/],
  ['no digest', { digest: undefined }, /digest: wanted a string/],
] as const)('a part with %s is refused, printed elsewhere too', async ([, change, message]) => {
  const items = (await itemsOf(60)).map((item, batch) =>
    batch === 50 ? ({ ...item, ...change } as Item) : item,
  )
  await expect(decode(items, printer().print)).rejects.toThrow(message)
})
