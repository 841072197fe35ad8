/*
 * Looks for the rows per invocation and the invocations in flight that give the most rows a second,
 * over a grid of both, with as few cells measured as will do.
 *
 *     1  along the rows, one in flight: what an invocation costs beside its rows
 *     2  along the concurrency, doubled as long as it pays: where the endpoint is full
 *     3  from there to any neighbour that is better, until none is
 *
 * More in flight than the endpoint takes is seen once: what throttles bounds every later cell. A cell
 * is told the best rate so far, and is cut short when it will not come near.
 */

/** How a job may invoke the endpoint. */
export interface Cell {
  /** Of one invocation. */
  readonly rows: number
  /** Invocations in flight. */
  readonly concurrency: number
}

/** What was seen of a cell. */
export interface Measured extends Cell {
  readonly kind:
    | 'measured'
    | 'dominated' // Cut short: its rate is about that, and far below the best.
    | 'throttled' // More than the endpoint takes; its rate counts for nothing.
    | 'refused' // Too many rows for one invocation.
    | 'failed' // Not one answer counted, for a fault that is no throttle: nothing is known of it.
    | 'unfinished' // Time ran out before a second answer: nothing is known of it.
  /** Of what failed: a code of `InvocationError`. */
  readonly reason?: string
  readonly rowsPerSecond: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly invocations: number
}

/** What has a rate to be compared. */
export type Counted = Measured & { readonly kind: 'measured' | 'dominated' }

export const isCounted = (cell: Measured): cell is Counted =>
  cell.kind === 'measured' || cell.kind === 'dominated'

export interface Grid {
  /** Ascending. */
  readonly rows: readonly number[]
  /** Ascending, from 1. */
  readonly concurrency: readonly number[]
}

export interface SearchDeps {
  /** @param bestSoFar rows a second; what is far below it need not be measured to the end. */
  measure(cell: Cell, bestSoFar: number): Promise<Measured>
  /** False when no time is left for another cell. */
  hasTime(): boolean
  onMeasured?(measured: Measured): void
}

export interface Found {
  readonly best: Counted | undefined
  /** In the order in which they were measured. */
  readonly cells: readonly Measured[]
  /** False when time ran out before no neighbour was better. */
  readonly complete: boolean
}

/** Less is noise, and more in flight or longer invocations have a price of their own. */
const GAIN_MIN = 1.03

export async function searchBest(deps: SearchDeps, grid: Grid): Promise<Found> {
  const cells = new Map<string, Measured>()
  let throttledFrom = Number.POSITIVE_INFINITY
  let refusedFrom = Number.POSITIVE_INFINITY
  let outOfTime = false

  const best = (): Counted | undefined => bestOf(cells.values())
  const look = async (rows: number | undefined, concurrency: number | undefined) => {
    if (rows === undefined || concurrency === undefined) return undefined
    if (concurrency >= throttledFrom || rows >= refusedFrom) return undefined
    const key = `${rows} ${concurrency}`
    const known = cells.get(key)
    if (known !== undefined) return known
    if (!deps.hasTime()) outOfTime = true
    if (outOfTime) return undefined
    const measured = await deps.measure({ rows, concurrency }, best()?.rowsPerSecond ?? 0)
    cells.set(key, measured)
    deps.onMeasured?.(measured)
    if (measured.kind === 'throttled') throttledFrom = concurrency
    if (measured.kind === 'refused') refusedFrom = rows
    if (measured.kind === 'unfinished') outOfTime = true
    return measured
  }

  const start = await alongRows(look, grid)
  if (start !== undefined) await alongConcurrency(look, grid, start.rows)
  for (let at = best(); at !== undefined; ) {
    for (const [rows, concurrency] of neighbours(grid, at)) await look(rows, concurrency)
    const next = best()
    if (next === at || outOfTime) break
    at = next
  }
  return { best: best(), cells: [...cells.values()], complete: !outOfTime }
}

type Look = (
  rows: number | undefined,
  concurrency: number | undefined,
) => Promise<Measured | undefined>

/** One in flight, more rows as long as they pay; the fewest rows that come near the best. */
async function alongRows(look: Look, { rows: all }: Grid): Promise<Measured | undefined> {
  const seen: Measured[] = []
  for (const rows of all) {
    const measured = await look(rows, 1)
    if (measured === undefined || measured.kind === 'refused') break
    // Other rows are in the next ones.
    if (measured.kind === 'failed') continue
    const before = seen.at(-1)
    seen.push(measured)
    if (before !== undefined && measured.rowsPerSecond < before.rowsPerSecond * GAIN_MIN) break
  }
  return bestOf(seen)
}

/**
 * Doubled as long as it pays, and once more, because a single cell may have been unlucky; between what
 * fits and what throttles, the middle. A cell in which all failed is unlucky too: no throttle is known of it.
 */
async function alongConcurrency(look: Look, grid: Grid, rows: number): Promise<void> {
  let best = await look(rows, grid.concurrency[0])
  let before = best
  for (const concurrency of grid.concurrency.slice(1)) {
    const measured = await look(rows, concurrency)
    if (measured === undefined || best === undefined || before === undefined) return
    if (measured.kind === 'throttled') {
      await betweenThrottles(look, rows, before.concurrency, concurrency)
      return
    }
    const pays = measured.rowsPerSecond >= best.rowsPerSecond * GAIN_MIN
    if (!pays && before !== best) return
    if (pays) best = measured
    before = measured
  }
}

async function betweenThrottles(look: Look, rows: number, fits: number, throttles: number) {
  let [low, high] = [fits, throttles]
  while (high - low > Math.max(1, low / 8)) {
    const middle = Math.round((low + high) / 2)
    const measured = await look(rows, middle)
    if (measured === undefined) return
    if (measured.kind === 'throttled') high = middle
    else low = middle
  }
}

/** One step along each side of the grid; a cell between two steps has both as its neighbours. */
function neighbours(
  grid: Grid,
  { rows, concurrency }: Cell,
): [number | undefined, number | undefined][] {
  const step = (all: readonly number[], from: number, up: boolean): number | undefined =>
    up ? all.find((value) => value > from) : all.findLast((value) => value < from)
  return [
    [step(grid.rows, rows, true), concurrency],
    [rows, step(grid.concurrency, concurrency, true)],
    [step(grid.rows, rows, false), concurrency],
    [rows, step(grid.concurrency, concurrency, false)],
  ]
}

/** The best rate; among those that are as good, the one with the fewest rows in flight. */
export function bestOf(cells: Iterable<Measured>): Counted | undefined {
  const counted = [...cells].filter(isCounted)
  const most = Math.max(0, ...counted.map(({ rowsPerSecond }) => rowsPerSecond))
  return counted
    .filter(({ rowsPerSecond }) => rowsPerSecond * GAIN_MIN >= most)
    .toSorted((a, b) => a.rows * a.concurrency - b.rows * b.concurrency)[0]
}

const ROWS = [10, 30, 100, 300, 1_000, 3_000, 10_000]

/** Rows in threes and tens up to what there is, concurrency in doubles. */
export function gridOf(limits: {
  readonly rowsMax: number
  readonly concurrencyMax: number
}): Grid {
  const { rowsMax, concurrencyMax } = limits
  const rows = ROWS.filter((count) => count <= rowsMax)
  const doubles = Array.from({ length: 11 }, (_, power) => 2 ** power)
  return {
    rows: rows.length === 0 ? [rowsMax] : rows,
    concurrency: doubles.filter((count) => count <= concurrencyMax),
  }
}
