import { type JobId, type RowFailure } from '@millrace/job'
import { randomBytes } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { partKey } from '../table/keys.ts'
import { itemOfPart } from './part-item.ts'
import { type Part, type PartPlace, putPart, readPart, readParts } from '../index.ts'
import { localLedger } from '../local-ledger.fixture.ts'

const ledger = await localLedger()
const signal = new AbortController().signal

function documentsInMemory() {
  const written = new Map<string, Uint8Array>()
  return {
    written,
    async read(name: string) {
      const bytes = written.get(name)
      return bytes === undefined ? undefined : Buffer.from(bytes)
    },
    async write(name: string, bytes: Uint8Array) {
      written.set(name, bytes)
    },
  }
}

let jobs = 0
const newPlace = (partitions = 3): PartPlace => ({
  jobId: `job-${(jobs += 1)}` as JobId,
  partitions,
})

function partOf(place: PartPlace, batch: number, facts: Partial<Part> = {}): Part & PartPlace {
  return {
    ...place,
    batch,
    rows: { start: batch * 3, end: batch * 3 + 3 },
    predictions: Buffer.from('0.25\n4.999999873689376e-05\n1.0'),
    failures: [],
    inputHash: 'ab12',
    attempt: 1,
    invocations: 2,
    throttles: 1,
    durationMs: 41,
    recordedAt: 1_780_000_000,
    ...facts,
  }
}

function withoutPlace({ partitions, ...part }: Part & PartPlace): Part {
  expect(partitions).toBeGreaterThan(0)
  return part
}

const failureAt = (row: number): RowFailure => ({ row, code: 'model_error', message: 'bad “row”' })

const put = (part: Part & PartPlace, documents = documentsInMemory()) =>
  putPart(ledger, part, documents, signal)

describe('putPart', () => {
  test.for<{ title: string; facts: Partial<Part> }>([
    { title: 'predictions only', facts: {} },
    {
      title: 'a failed row',
      facts: { predictions: Buffer.from('0.25\n\n1.0'), failures: [failureAt(4)] },
    },
    {
      title: 'failed rows only',
      facts: { predictions: Buffer.from('\n\n'), failures: [3, 4, 5].map(failureAt) },
    },
    {
      title: 'text that is no number',
      facts: { predictions: Buffer.from('[0.1, 0.9]\nчисло\n"a,b"') },
    },
    { title: 'several variants', facts: { variant: 'blue', variants: ['blue', 'green'] } },
    { title: 'a variant and an end', facts: { variant: 'blue', expiresAt: 4_000_000_000 } },
  ])('a part of $title reads back as it was', async ({ facts }) => {
    const part = partOf(newPlace(), 1, facts)

    expect(await put(part)).toEqual({ kind: 'recorded' })
    expect(await readPart(ledger, part, 1, documentsInMemory(), signal)).toEqual(withoutPlace(part))
  })

  test('a second writer gets the part of the first', async () => {
    const first = partOf(newPlace(), 7)
    const second = { ...first, predictions: Buffer.from('0.5\n0.5\n0.5'), attempt: 2 }
    await put(first)

    expect(await put(second)).toEqual({ kind: 'duplicate', part: withoutPlace(first) })
    expect(await readPart(ledger, first, 7, documentsInMemory(), signal)).toEqual(
      withoutPlace(first),
    )
  })

  test('among racers, one records and the others get its part', async () => {
    const place = newPlace()
    const racers = Array.from({ length: 10 }, (_, attempt) => partOf(place, 0, { attempt }))
    const outcomes = await Promise.all(racers.map((racer) => put(racer)))
    const holds = await readPart(ledger, place, 0, documentsInMemory(), signal)

    expect(outcomes.filter(({ kind }) => kind === 'recorded')).toHaveLength(1)
    const duplicates = outcomes.filter(({ kind }) => kind === 'duplicate')
    expect(duplicates).toEqual(
      Array.from({ length: 9 }, () => ({ kind: 'duplicate', part: holds })),
    )
  })

  test('too large for an item, goes to a document and reads back', async () => {
    const documents = documentsInMemory()
    const rows = { start: 0, end: 8 }
    const line = () => randomBytes(60_000).toString('hex')
    const predictions = Buffer.from(Array.from({ length: 8 }, line).join('\n'))
    const part = partOf(newPlace(), 0, { rows, predictions })
    await put(part, documents)

    expect([...documents.written.keys()]).toEqual([
      expect.stringMatching(/^parts\/0000000000-predictions-[0-9a-f]{64}$/),
    ])
    expect(await readPart(ledger, part, 0, documents, signal)).toEqual(withoutPlace(part))
  })

  test('failures too large for an item go to a document too', async () => {
    const documents = documentsInMemory()
    const rows = { start: 0, end: 1_000 }
    const failures = Array.from({ length: 1_000 }, (_, row) => ({
      row,
      code: 'model_error',
      message: randomBytes(256).toString('hex'),
    }))
    const predictions = Buffer.from('\n'.repeat(999))
    const part = partOf(newPlace(), 0, { rows, predictions, failures })
    await put(part, documents)

    expect([...documents.written.keys()]).toEqual([expect.stringContaining('-failures-')])
    expect(await readPart(ledger, part, 0, documents, signal)).toEqual(withoutPlace(part))
  })

  test('with other lines than rows, asserts', async () => {
    const part = partOf(newPlace(), 0, { predictions: Buffer.from('0.5') })

    await expect(put(part)).rejects.toThrow(/1 !== 3/)
  })
})

describe('readPart', () => {
  const change = async (part: Part & PartPlace, name: string, value: object) => {
    const input = {
      TableName: ledger.tableName,
      Key: partKey(part.jobId, part.partitions, part.batch),
      UpdateExpression: 'SET #name = :value',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': value as never },
    }
    await ledger.client.send('UpdateItem', input, signal)
  }

  test('of a batch not recorded is nothing', async () => {
    expect(await readPart(ledger, newPlace(), 0, documentsInMemory(), signal)).toBeUndefined()
  })

  test.for<{ name: string; value: object }>([
    { name: 'predictions', value: { B: Buffer.alloc(12) } },
    { name: 'predictions', value: { B: Buffer.alloc(11) } },
    { name: 'predictions', value: { S: 'text' } },
    { name: 'encoding', value: { S: 'zstd' } },
    { name: 'encoding', value: { S: 'float64' } },
    { name: 'rowStart', value: { N: '0' } },
    { name: 'jobId', value: { S: 'another' } },
    { name: 'batch', value: { N: '2' } },
    { name: 'failedRows', value: { N: '1' } },
  ])('with its $name changed to $value, is corrupt', async ({ name, value }) => {
    const part = partOf(newPlace(), 1)
    await put(part)
    await change(part, name, value)

    await expect(readPart(ledger, part, 1, documentsInMemory(), signal)).rejects.toMatchObject({
      code: 'item_corrupt',
      retryable: false,
    })
  })

  test('whose document is missing, is corrupt', async () => {
    const part = partOf(newPlace(), 0, {
      rows: { start: 0, end: 1 },
      predictions: Buffer.from(randomBytes(400_000).toString('hex')),
    })
    await put(part)

    await expect(readPart(ledger, part, 0, documentsInMemory(), signal)).rejects.toMatchObject({
      code: 'item_corrupt',
      message: expect.stringContaining('is missing'),
    })
  })
})

describe('readParts', () => {
  async function batchesOf(place: PartPlace): Promise<number[]> {
    const batches: number[] = []
    const parts = readParts(ledger, place, documentsInMemory, signal)
    for await (const { batch } of parts) batches.push(batch)
    return batches
  }

  const range = (end: number) => Array.from({ length: end }, (_, index) => index)

  test.for([
    { partitions: 1, batches: 0 },
    { partitions: 1, batches: 30 },
    { partitions: 3, batches: 1 },
    { partitions: 3, batches: 100 },
    { partitions: 16, batches: 50 },
  ])('reads $batches parts of $partitions partitions in order', async ({ partitions, batches }) => {
    const place = newPlace(partitions)
    await Promise.all(range(batches).map((batch) => put(partOf(place, batch))))

    expect(await batchesOf(place)).toEqual(range(batches))
  })

  test('of a small job, asks the partitions that can hold a part, and no other', async () => {
    const place = newPlace(16)
    await Promise.all(range(3).map((batch) => put(partOf(place, batch))))
    const send = vi.fn(ledger.client.send.bind(ledger.client))
    const job = { ...place, plan: { batches: 3, rows: 300 } }
    const found = readParts({ ...ledger, client: { send } }, job, documentsInMemory, signal)
    const parts = await Array.fromAsync(found)

    expect(parts.map(({ batch }) => batch)).toEqual([0, 1, 2])
    expect(send.mock.calls.map(([operation]) => operation)).toEqual(['Query', 'Query', 'Query'])
  })

  test('leaves a missing part out and keeps the order of the rest', async () => {
    const place = newPlace(4)
    const written = range(60).filter((batch) => batch !== 0 && batch % 7 !== 3)
    await Promise.all(written.map((batch) => put(partOf(place, batch))))

    expect(await batchesOf(place)).toEqual(written)
  })

  test('stopped early, ends its reads', async () => {
    const place = newPlace(2)
    await Promise.all(range(40).map((batch) => put(partOf(place, batch))))
    const parts = readParts(ledger, place, documentsInMemory, signal)

    expect((await parts.next()).value).toMatchObject({ batch: 0 })
    expect(await parts.return(undefined)).toEqual({ done: true, value: undefined })
  })

  test('aborted, throws the reason of the signal', async () => {
    const place = newPlace(2)
    await put(partOf(place, 0))
    const reason = new Error('drained')
    const parts = readParts(ledger, place, documentsInMemory, AbortSignal.abort(reason))

    await expect(parts.next()).rejects.toBe(reason)
  })

  test('a part under the key of another batch is corrupt', async () => {
    const place = newPlace(1)
    await put(partOf(place, 1))
    const parts = readParts(ledger, place, documentsInMemory, signal)
    const { value } = await parts.next()
    expect(value).toMatchObject({ batch: 1 })

    const Item = await itemOfPart(partOf(place, 2), documentsInMemory(), signal)
    const moved = { ...Item, ...partKey(place.jobId, 1, 3) }
    await ledger.client.send('PutItem', { TableName: ledger.tableName, Item: moved }, signal)

    await expect(batchesOf(place)).rejects.toMatchObject({ code: 'item_corrupt' })
  })
})
