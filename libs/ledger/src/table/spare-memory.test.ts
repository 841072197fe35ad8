import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { createSpareMemory } from './spare-memory.ts'
import { clientOf, json, scriptedTable } from '../scripted-table.fixture.ts'

const { signal } = new AbortController()

test('memory that was given back is taken again, once', () => {
  const spare = createSpareMemory()
  const first = spare.take(100)
  spare.giveBack(first)
  spare.giveBack(first)
  expect(spare.take(100).buffer).toBe(first.buffer)
  expect(spare.take(100).buffer).not.toBe(first.buffer)
})

test('memory that is too small is not taken again', () => {
  const spare = createSpareMemory()
  spare.giveBack(spare.take(10))
  expect(spare.take(1_000)).toHaveLength(1_000)
})

test('memory of others is not kept', () => {
  const spare = createSpareMemory()
  const other = Buffer.alloc(100)
  spare.giveBack(other)
  expect(spare.take(100).buffer).not.toBe(other.buffer)
})

test('kept memory has an end', () => {
  const spare = createSpareMemory()
  const [first, second] = [spare.take(15 * 1024 * 1024), spare.take(15 * 1024 * 1024)]
  spare.giveBack(second)
  spare.giveBack(first)
  expect(spare.take(1).buffer).not.toBe(first.buffer)
  expect(spare.take(1).buffer).not.toBe(second.buffer)
})

/** Asks a table whose pages are longer than a chunk, each full of its own number. */
async function askPages(send: (response: ServerResponse, body: string) => void) {
  const { url } = await scriptedTable((response, _, count) => {
    const bytes = Buffer.alloc(200_000, count).toString('base64')
    send(response, JSON.stringify({ Items: [{ a: { B: bytes } }] }))
  })
  const client = clientOf({ endpointUrl: url })
  return async () => {
    const { Items = [], release } = await client.send('Query', { TableName: 'ledger' }, signal)
    return { bytes: Items[0]?.['a']?.B ?? Buffer.alloc(0), release }
  }
}

const inChunks = (response: ServerResponse, body: string): void => {
  response.write(body.slice(0, 1_000))
  response.end(body.slice(1_000))
}

test.for([
  ['whose length is told', json],
  ['whose length is not told', inChunks],
] as const)('pages %s stay as they were until they are released', async ([, send]) => {
  const ask = await askPages(send)
  const pages = [await ask(), await ask(), await ask()]
  for (const [index, { bytes }] of pages.entries()) {
    expect(Buffer.alloc(200_000, index + 1).equals(bytes)).toBe(true)
  }
})

test('a page is read into the memory of one that was released', async () => {
  const ask = await askPages(json)
  const buffers = new Set<ArrayBufferLike>()
  for (let page = 0; page < 10; page += 1) {
    const { bytes, release } = await ask()
    buffers.add(bytes.buffer)
    release?.()
  }
  expect(buffers.size).toBeLessThanOrEqual(3)
})
