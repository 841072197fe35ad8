import { createRandom } from '@millrace/testing'
import { expect, test } from 'vitest'
import { type Cell, gridOf, type Measured, searchBest } from './search.ts'

/** An endpoint of so many slots; what comes beyond them is throttled, or waits. */
interface Shape {
  readonly fixedMs: number
  readonly perRowMs: number
  readonly slots: number
  readonly overflow: 'throttles' | 'queues'
  readonly rowsMax?: number
  readonly noise?: number
  /** The one cell of which no answer counts. */
  readonly fails?: Cell
}

const grid = gridOf({ rowsMax: 10_000, concurrencyMax: 64 })
const WITHIN = 0.9

/** What a cell would give, in no time. */
function rateOf(shape: Shape, { rows, concurrency }: Cell): Measured {
  const { fixedMs, perRowMs, slots, overflow, rowsMax = Infinity, fails } = shape
  const serviceMs = fixedMs + rows * perRowMs
  const cell = {
    rows,
    concurrency,
    p50Ms: serviceMs,
    p95Ms: serviceMs,
    invocations: concurrency * 4,
  }
  if (rows === fails?.rows && concurrency === fails.concurrency) {
    return { ...cell, kind: 'failed', rowsPerSecond: 0 }
  }
  if (rows > rowsMax) return { ...cell, kind: 'refused', rowsPerSecond: 0 }
  if (concurrency > slots && overflow === 'throttles') {
    return { ...cell, kind: 'throttled', rowsPerSecond: 0 }
  }
  const rowsPerSecond = (Math.min(concurrency, slots) * rows * 1_000) / serviceMs
  return { ...cell, kind: 'measured', rowsPerSecond }
}

async function find(shape: Shape, cellsMax = Infinity) {
  const random = createRandom(3)
  const looked: Cell[] = []
  const found = await searchBest(
    {
      hasTime: () => looked.length < cellsMax,
      measure: async (cell) => {
        looked.push(cell)
        const measured = rateOf(shape, cell)
        const noise = 1 + (shape.noise ?? 0) * (2 * random.next() - 1)
        return { ...measured, rowsPerSecond: measured.rowsPerSecond * noise }
      },
    },
    grid,
  )
  return { ...found, looked }
}

const SHAPES: readonly (Shape & { readonly what: string })[] = [
  {
    what: 'latency and room for many',
    fixedMs: 40,
    perRowMs: 0.01,
    slots: 48,
    overflow: 'throttles',
  },
  { what: 'time that rows take', fixedMs: 1, perRowMs: 1, slots: 4, overflow: 'queues' },
  { what: 'a concurrency limit of 4', fixedMs: 20, perRowMs: 0.1, slots: 4, overflow: 'throttles' },
  { what: 'a large fixed latency', fixedMs: 2_000, perRowMs: 0.02, slots: 16, overflow: 'queues' },
  { what: 'one slot that queues', fixedMs: 5, perRowMs: 0.05, slots: 1, overflow: 'queues' },
  {
    what: 'a small payload',
    fixedMs: 50,
    perRowMs: 0.1,
    slots: 8,
    overflow: 'queues',
    rowsMax: 400,
  },
  { what: 'noise', fixedMs: 30, perRowMs: 0.2, slots: 12, overflow: 'queues', noise: 0.03 },
]

test.for(SHAPES)('with $what, comes near the best of the whole grid', async (shape) => {
  const { best, looked, complete } = await find(shape)
  const all = grid.rows.flatMap((rows) =>
    grid.concurrency.map((concurrency) => rateOf(shape, { rows, concurrency }).rowsPerSecond),
  )
  const rate = best === undefined ? 0 : rateOf(shape, best).rowsPerSecond
  expect(rate / Math.max(...all)).toBeGreaterThan(WITHIN)
  expect(complete).toBe(true)
  expect(looked.length).toBeLessThan(all.length / 2)
})

test('what throttles is driven into once for each step towards the limit, never beyond', async () => {
  const { looked } = await find({ ...SHAPES[2]!, slots: 5 })
  const beyond = looked.filter(({ concurrency }) => concurrency > 5)
  expect(beyond.map(({ concurrency }) => concurrency)).toEqual([8, 6])
})

test.for([
  { rows: 10, concurrency: 1 },
  { rows: 1_000, concurrency: 1 },
  { rows: 10_000, concurrency: 4 },
])('a cell without an answer bounds no other: %j', async (fails) => {
  const shape = SHAPES[0]!
  const { best } = await find({ ...shape, fails })
  expect(best).toMatchObject({ rows: 10_000, concurrency: 48 })
})

test('where no cell has an answer, there is nothing to choose', async () => {
  const found = await searchBest(
    {
      hasTime: () => true,
      measure: async (cell) => ({ ...rateOf({ ...SHAPES[0]!, fails: cell }, cell) }),
    },
    grid,
  )
  expect(found.best).toBeUndefined()
  expect(found.cells).toHaveLength(grid.rows.length)
})

test('a cell that time ran out on leaves the search incomplete', async () => {
  const found = await searchBest(
    {
      hasTime: () => true,
      measure: async (cell) =>
        cell.rows < 300
          ? rateOf(SHAPES[0]!, cell)
          : { ...rateOf(SHAPES[0]!, cell), kind: 'unfinished', rowsPerSecond: 0 },
    },
    grid,
  )
  expect(found).toMatchObject({ complete: false, best: { rows: 100 } })
})

test('among cells that are as good, takes the fewest rows in flight', async () => {
  // Each cell of 300 rows and more has its four slots busy with rows alone.
  const { best } = await find({ fixedMs: 0.001, perRowMs: 1, slots: 4, overflow: 'queues' })
  expect(best).toMatchObject({ rows: 10, concurrency: 4 })
})

test('out of time, says the best so far and that there may be better', async () => {
  const found = await find(SHAPES[0]!, 6)
  expect(found.complete).toBe(false)
  expect(found.cells).toHaveLength(6)
  expect(found.best).toBeDefined()
})

test('an endpoint that takes not even one leaves nothing to choose', async () => {
  const { best } = await find({ ...SHAPES[2]!, slots: 0 })
  expect(best).toBeUndefined()
})

test('a sample of few rows has a grid of its own', () => {
  expect(gridOf({ rowsMax: 7, concurrencyMax: 3 })).toEqual({ rows: [7], concurrency: [1, 2] })
})
