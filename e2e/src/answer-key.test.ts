import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli, startCli, temporaryFolder } from './support/cli.ts'
import { expectedResult, flights } from './support/flights.ts'

/** Each a message and a part, which takes a minute: so many fill two segments of the plan. */
const SINGLE_ROWS = Number(process.env['MILLRACE_SINGLE_ROWS'] ?? 2_500)

test.for([
  { batchRows: 1, concurrency: 64, rows: SINGLE_ROWS },
  { batchRows: 100, concurrency: 1, rows: 12_000 },
  { batchRows: 100, concurrency: 16, rows: 12_000 },
  { batchRows: 1_000, concurrency: 4, rows: 12_000 },
  { batchRows: 5_000, concurrency: 64, rows: 12_000 },
])(
  'with batches of $batchRows rows and $concurrency at once, the result is the answer key',
  async ({ batchRows, concurrency, rows }) => {
    await using folder = await temporaryFolder()
    const input = join(folder.path, 'flights.csv')
    await writeFile(input, `${flights.rows.slice(0, rows).join('\n')}\n`)
    const args = ['--batch-rows', String(batchRows), '--concurrency', String(concurrency)]
    const { code, stderr } = await runCli(
      ['run', input, '--local-model', flights.model, '--out', 'late.csv', ...args],
      { cwd: folder.path },
    )
    expect(stderr).toContain(`${rows.toLocaleString('en-US')} rows, 0 failed`)
    expect(code).toBe(0)
    const result = await readFile(join(folder.path, 'late.csv'), 'utf8')
    expect(result === expectedResult(flights.answers.slice(0, rows))).toBe(true)
    const manifest = JSON.parse(await readFile(join(folder.path, 'late.manifest.json'), 'utf8'))
    expect(manifest.rows).toEqual({ total: rows, predicted: rows, failed: 0, failedByCode: {} })
    expect(manifest.batches).toBe(Math.ceil(rows / batchRows))
  },
)

test('with standard input and output, the result is the answer key', async () => {
  await using folder = await temporaryFolder()
  const { code, stdout } = await runCli(['run', '-', '--local-model', flights.model], {
    cwd: folder.path,
    stdin: `${flights.rows.join('\n')}\n`,
  })
  expect(code).toBe(0)
  expect(stdout === expectedResult()).toBe(true)
  expect(await readdir(folder.path)).toEqual(['.millrace'])
})

test('with standard output that is read slowly, nothing of the result is missing', async () => {
  await using folder = await temporaryFolder()
  const args = ['run', flights.features, '--local-model', flights.model, '--out', '-', '--fresh']
  await using cli = startCli(args, { cwd: folder.path })
  const { stdout } = cli.child
  stdout.on('data', () => {
    stdout.pause()
    setTimeout(() => stdout.resume(), 300)
  })
  const ended = await cli.ended
  expect(ended.code).toBe(0)
  expect(ended.stdout === expectedResult()).toBe(true)
})

test('with all columns joined, the input comes first, byte for byte', async () => {
  await using folder = await temporaryFolder()
  const args = ['--local-model', flights.model, '--join', 'all', '--out', 'late.csv']
  const { code } = await runCli(['run', flights.features, ...args], { cwd: folder.path })
  expect(code).toBe(0)
  const result = (await readFile(join(folder.path, 'late.csv'), 'utf8')).trimEnd().split('\n')
  const expected = expectedResult().trimEnd().split('\n').slice(1)
  expect(result).toEqual(flights.rows.map((row, index) => `${row},${expected[index]}`))
})
