/*
 * `npm run bench -- tune`: where `millrace tune` lands on local endpoints of four shapes, beside the best
 * cell of a sweep of the whole grid. Takes six minutes.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInvoke } from '@millrace/invocation'
import { jobSpecSchema } from '@millrace/job'
import { sampleRows } from 'millrace/endpoint/sample-rows'
import { type CellLimits, measureCell, type MeasureDeps } from 'millrace/tune/measure-cell'
import { type Cell, gridOf, type Measured, searchBest } from 'millrace/tune/search'
import { type EndpointShape, startEndpointProcess } from './harness/endpoint-process.ts'

const OF_BEST_MIN = 0.9
const CELL_MS = 1_500
const TUNE_SECONDS = 40
const never = new AbortController().signal

const SHAPES: readonly (EndpointShape & { readonly what: string })[] = [
  { what: 'latency, room for many', latencyMs: 300, perRowMs: 0, concurrencyMax: 24, queueMax: 0 },
  { what: 'time that rows take', latencyMs: 1, perRowMs: 1, concurrencyMax: 4, queueMax: 1_000 },
  { what: 'a limit of 4', latencyMs: 40, perRowMs: 0.2, concurrencyMax: 4, queueMax: 0 },
  {
    what: 'a large fixed latency',
    latencyMs: 800,
    perRowMs: 0.2,
    concurrencyMax: 16,
    queueMax: 1_000,
  },
]

// More rows would keep this machine's processor busy, and not the endpoint's slots.
const GRID = gridOf({ rowsMax: 300, concurrencyMax: 64 })

/** Prints a line a shape; sets the exit code when one misses the bar. */
export async function main(): Promise<void> {
  console.log(
    'endpoint                 best of the sweep             tuned                         of best  cells',
  )
  for (const shape of SHAPES) await compare(shape)
}

async function compare({ what, ...shape }: (typeof SHAPES)[number]): Promise<void> {
  await using endpoint = await startEndpointProcess(shape)
  const invoke = createInvoke({
    region: 'us-east-1',
    endpointUrl: endpoint.url,
    credentials: { accessKeyId: 'AKIDBENCH', secretAccessKey: 'bench' },
  })
  const deps: MeasureDeps = {
    invoke,
    endpoint: spec.endpoint,
    sample,
    now: () => performance.now(),
  }
  // What is compiled and connected in the first second is nobody's.
  await measure(deps, { rows: 300, concurrency: 4 }, 1_000)

  const found = await tuned(deps)
  const swept = await sweep(deps)
  const own = found.best && (await asSwept(deps, swept, found.best))
  await invoke.close()
  const best = swept.reduce((a, b) => (b.rowsPerSecond > a.rowsPerSecond ? b : a))
  const share = (own?.rowsPerSecond ?? 0) / best.rowsPerSecond
  console.log(
    `${what.padEnd(24)} ${cellText(best).padEnd(29)} ${cellText(own).padEnd(29)} ${(100 * share).toFixed(0).padStart(5)} %  ${found.cells.length} of ${swept.length}`,
  )
  if (share >= OF_BEST_MIN) return
  console.error(`${what}: more than a tenth below the best`)
  process.exitCode = 1
}

/** By the same measure as the others: what the sweep saw of it, when it lies on the grid. */
async function asSwept(deps: MeasureDeps, swept: readonly Measured[], best: Cell) {
  const same = swept.find(
    ({ rows, concurrency }) => rows === best.rows && concurrency === best.concurrency,
  )
  return same ?? (await measure(deps, best, CELL_MS))
}

const cellText = (cell: Measured | undefined): string =>
  cell === undefined
    ? 'none'
    : `${cell.rows} × ${cell.concurrency}: ${cell.rowsPerSecond.toFixed(0)} rows/s`

async function tuned(deps: MeasureDeps) {
  const deadlineAt = deps.now() + TUNE_SECONDS * 1_000
  const cellMs = (TUNE_SECONDS * 1_000) / 25
  return await searchBest(
    {
      hasTime: () => deps.now() < deadlineAt,
      measure: (cell, bestSoFar) =>
        measureCell(deps, cell, { cellMs, deadlineAt, bestSoFar }, never),
    },
    GRID,
  )
}

async function sweep(deps: MeasureDeps): Promise<Measured[]> {
  const all: Measured[] = []
  for (const rows of GRID.rows) {
    for (const concurrency of GRID.concurrency) {
      const measured = await measure(deps, { rows, concurrency }, CELL_MS)
      all.push(measured)
      // A wider one is throttled just as well.
      if (measured.kind === 'throttled') break
    }
  }
  return all
}

const measure = (deps: MeasureDeps, cell: Cell, cellMs: number): Promise<Measured> => {
  const limits: CellLimits = { cellMs, deadlineAt: Number.POSITIVE_INFINITY, bestSoFar: 0 }
  return measureCell(deps, cell, limits, never)
}

const spec = jobSpecSchema.parse({
  version: 1,
  dataset: { uri: 'file:///features.csv' },
  endpoint: { name: 'flights' },
  output: { uri: 'file:///late.csv' },
})
const features = readFileSync(join(import.meta.dirname, '../../../examples/flights/features.csv'))
const found = sampleRows(features, true, spec, 12_000)
if (found === undefined) throw new Error('examples/flights/features.csv: no row')
const sample = found
