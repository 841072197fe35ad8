import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
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

test.for<[string, number[], string, string]>([
  ['alone, where its batch is not understood', [300, 700], 'text/csv', 'auto'],
  ['alone, though it is the first', [0, 700], 'application/json', 'json:[].p'],
])(
  'a row that is answered for another number of classes fails %s',
  async ([, odd, contentType, response]) => {
    const rows = Array.from({ length: 1_000 }, (_, row) => `${row},0`)
    const answers = (body: string): string => {
      const lines = body.trimEnd().split('\n')
      const all = lines.map((row) =>
        odd.includes(Number.parseInt(row, 10)) ? [0.1, 0.9] : [0, 1, 0],
      )
      return contentType === 'text/csv' ? all.join('\n') : JSON.stringify(all.map((p) => ({ p })))
    }
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'rows.csv'), `${rows.join('\n')}\n`)
    await using server = createServer((request, answer) => {
      text(request).then(
        (body) => answer.setHeader('content-type', contentType).end(answers(body)),
        () => answer.destroy(),
      )
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { code, stderr } = await runCli(
      [
        ...['run', 'rows.csv', '--endpoint', 'species', '--endpoint-url', url],
        ...['--response', response, '--batch-rows', '100'],
        ...['--decision', 'multiclass', '--out', 'late.csv'],
      ],
      { cwd: folder.path },
    )
    server.closeAllConnections()
    expect(stderr).toContain('1,000 rows, 2 failed')
    expect(code).toBe(3)
    expect(await rowsNamed(folder.path, 2)).toEqual(odd)
    const lines = (await readFile(join(folder.path, 'late.csv'), 'utf8')).trimEnd().split('\n')
    expect(lines).toEqual([
      'Probability 0,Probability 1,Probability 2,Classification',
      ...rows.map((_, row) => (odd.includes(row) ? ',,,' : '0,1,0,1')),
    ])
  },
)

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
