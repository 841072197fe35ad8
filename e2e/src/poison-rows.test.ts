import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadXgboostModel, startEndpoint } from '@millrace/endpoint'
import { expect, test } from 'vitest'
import { runCli, temporaryFolder } from './support/cli.ts'
import { expectedResult, flights } from './support/flights.ts'

const SEED = 20_261_125
const BATCH = 1_000
const WIDTH = flights.rows[0]!.split(',').length
/** What the preflight may spend: a look, the rows one by one, and another look. */
const PREFLIGHT_MAX = 4 + 20 + 4

test.for([0, 1, 10, 200])(
  `with %i poison rows at random (seed ${SEED}), every other row is scored`,
  async (count) => {
    const texts = new Set(rowsAtRandom(count).map((row) => flights.rows[row] ?? ''))
    // Rows with the same text are poison together.
    const poison = flights.rows.flatMap((text, row) => (texts.has(text) ? [row] : []))
    await using folder = await temporaryFolder()
    await using endpoint = await startEndpoint({
      name: 'flights',
      model: loadXgboostModel(flights.model),
      poisonRows: (row) => texts.has(row),
    })
    const { code, stderr } = await runCli(
      [
        ...['run', flights.features, '--endpoint', 'flights', '--endpoint-url', endpoint.url],
        ...['--batch-rows', String(BATCH), '--out', 'late.csv'],
      ],
      { cwd: folder.path },
    )
    expect(stderr).toContain(`12,000 rows, ${poison.length} failed`)
    expect(code).toBe(poison.length === 0 ? 0 : 3)
    const failed = new Set(poison)
    const result = await readFile(join(folder.path, 'late.csv'), 'utf8')
    const expected = expectedResult().split('\n')
    expect(result.split('\n')).toEqual(
      expected.map((line, index) => (failed.has(index - 1) ? ',' : line)),
    )
    expect(await rowsNamed(folder.path, poison.length)).toEqual(poison)
    console.info(`${poison.length} poison rows: ${endpoint.stats.invocations} invocations`)
    expect(endpoint.stats.invocations).toBeLessThanOrEqual(PREFLIGHT_MAX + boundOf(poison))
  },
)

test('rows at which the container fails are told from an endpoint that is away, though nothing else is left', async () => {
  const rows = flights.rows.slice(0, 24)
  const bad = new Set(rows.slice(20))
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'rows.csv'), `${rows.join('\n')}\n`)
  await using endpoint = await startEndpoint({
    name: 'flights',
    model: loadXgboostModel(flights.model),
    poisonRows: (row) => bad.has(row) || row.split(',').length > WIDTH,
    poisonStatus: 500,
  })
  const { code, stderr } = await runCli(
    [
      ...['run', 'rows.csv', '--endpoint', 'flights', '--endpoint-url', endpoint.url],
      ...['--batch-rows', '1', '--concurrency', '2', '--out', 'late.csv'],
    ],
    { cwd: folder.path },
  )
  expect(stderr).toContain('24 rows, 4 failed')
  expect(code).toBe(3)
  expect(await rowsNamed(folder.path, 4)).toEqual([20, 21, 22, 23])
})

/** The rows that the errors file names. */
async function rowsNamed(folder: string, count: number): Promise<number[]> {
  if (count === 0) return []
  const errors = await readFile(join(folder, 'late.errors.csv'), 'utf8')
  return errors
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => Number(line.split(',')[0]))
}

/** Two tries for each split on the way down to each bad row of a batch, shared at the top. */
function boundOf(poison: readonly number[]): number {
  const ofBatch = Array.from({ length: flights.rows.length / BATCH }, () => 0)
  for (const row of poison) ofBatch[Math.floor(row / BATCH)]! += 1
  return ofBatch.reduce(
    (sum, bad) => sum + 1 + (bad === 0 ? 0 : 2 * bad * (Math.log2(BATCH / bad) + 2)),
    0,
  )
}

/** The first is among those that the preflight sends. */
function rowsAtRandom(count: number): number[] {
  let state = SEED
  const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32
  const rows = Array.from({ length: count }, () => Math.floor(random() * flights.rows.length))
  return rows.map((row, index) => (index === 0 ? row % 20 : row))
}
