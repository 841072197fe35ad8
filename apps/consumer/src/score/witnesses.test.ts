import type { Batch } from '@millrace/job'
import type { Part } from '@millrace/ledger'
import { expect, test } from 'vitest'
import { jobId, never, openJobWith } from '../test-data.fixture.ts'
import { createWitnesses } from './witnesses.ts'

const open = openJobWith()

/** Batches of four rows each; of the recorded ones, which rows have failed. */
function createWorld(recorded: Readonly<Record<number, readonly number[]>> = {}) {
  const world = { recorded, at: 0, looks: 0, unfit: new Set<number>(), errors: [] as unknown[] }
  const batchOf = (batch: number): Batch => ({
    batch,
    rows: { start: 4 * batch, end: 4 * batch + 4 },
    bytes: { start: 0, end: 1 },
    object: 0,
  })
  const witnessesOf = createWitnesses({
    progress: async () => {
      world.looks += 1
      const batches = Object.keys(world.recorded).map(Number)
      const done = {
        size: batches.length,
        has: (batch: number) => batches.includes(batch),
        firstMissing: () => 0,
      }
      const failed = batches.map((batch) => [batch, world.recorded[batch]!.length] as const)
      return { done, failedRows: new Map(failed.filter(([, rows]) => rows > 0)) }
    },
    part: async (_, batch) => {
      const failures = world.recorded[batch]!.map((row) => ({ row, code: 'c', message: 'm' }))
      return { rows: batchOf(batch).rows, failures } as unknown as Part
    },
    planned: async (_, batch) => (batch < 10 ? batchOf(batch) : undefined),
    payload: async (_, { rows }, row) =>
      Buffer.from(world.unfit.has(rows.start + row) ? '' : `row ${rows.start + row}`),
    onError: (error) => world.errors.push(error),
    now: () => world.at,
  })
  const next = async () => (await witnessesOf(open).next(never))?.toString()
  return { world, next, answered: (row: string) => witnessesOf(open).answered(Buffer.from(row)) }
}

test('a row that is recorded with a prediction is found once', async () => {
  const { world, next } = createWorld({ 3: [12, 13, 14, 15], 5: [20, 21] })
  expect([await next(), await next()]).toEqual(['row 22', 'row 22'])
  expect(world.looks).toBe(1)
})

test('before any is recorded, the first rows are asked in turn, and again after the last', async () => {
  const { next } = createWorld()
  const rows = Array.from({ length: 20 }, (_, row) => `row ${row}`)
  const asked: unknown[] = []
  for (let count = 0; count < 21; count += 1) asked.push(await next())
  expect(asked).toEqual([...rows, 'row 0'])
})

test('the one that was answered is asked from then on', async () => {
  const { next, answered } = createWorld()
  await next()
  answered('row 7')
  expect([await next(), await next()]).toEqual(['row 7', 'row 7'])
})

test('a row that the model must not see is none', async () => {
  const { world, next } = createWorld()
  world.unfit.add(0)
  expect([await next(), await next()]).toEqual([undefined, 'row 1'])
})

test('of an answered row that cannot be sent again, one of another part is taken', async () => {
  const { world, next } = createWorld({ 3: [], 5: [] })
  world.unfit.add(12)
  expect(await next()).toBe('row 20')
})

test('where no answered row can be sent again, the first rows are asked', async () => {
  const { world, next } = createWorld({ 3: [] })
  world.unfit.add(12)
  expect([await next(), await next()]).toEqual(['row 0', 'row 1'])
})

test('what is recorded meanwhile is looked for every ten seconds', async () => {
  const { world, next } = createWorld()
  await next()
  world.recorded = { 9: [] }
  expect(await next()).toBe('row 1')
  world.at = 10_000
  expect(await next()).toBe('row 36')
  expect(world.looks).toBe(2)
})

test('a ledger that cannot be read leaves none known, and is told of', async () => {
  const { world, next } = createWorld({ 0: [] })
  const failing = createWitnesses({
    progress: async () => Promise.reject(new Error('throttled')),
    part: async () => undefined,
    planned: async () => undefined,
    payload: async () => new Uint8Array(0),
    onError: (error, of) => world.errors.push([String(error), of]),
    now: () => 0,
  })
  expect(await failing(open).next(never)).toBeUndefined()
  expect(world.errors).toEqual([['Error: throttled', jobId]])
  expect(await next()).toBe('row 0')
})
