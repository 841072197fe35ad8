import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli, temporaryFolder } from './support/cli.ts'
import { expectedResult, flights } from './support/flights.ts'

test.for([
  { batchRows: 1, concurrency: 64 },
  { batchRows: 100, concurrency: 1 },
  { batchRows: 100, concurrency: 16 },
  { batchRows: 1_000, concurrency: 4 },
  { batchRows: 5_000, concurrency: 64 },
])(
  'with batches of $batchRows rows and $concurrency at once, the result is the answer key',
  async ({ batchRows, concurrency }) => {
    await using folder = await temporaryFolder()
    const args = ['--batch-rows', String(batchRows), '--concurrency', String(concurrency)]
    const { code, stderr } = await runCli(
      ['run', flights.features, '--local-model', flights.model, '--out', 'late.csv', ...args],
      { cwd: folder.path },
    )
    expect(stderr).toContain('12,000 rows, 0 failed')
    expect(code).toBe(0)
    const result = await readFile(join(folder.path, 'late.csv'), 'utf8')
    expect(result === expectedResult()).toBe(true)
    const manifest = JSON.parse(await readFile(join(folder.path, 'late.manifest.json'), 'utf8'))
    expect(manifest.rows).toEqual({ total: 12_000, predicted: 12_000, failed: 0, failedByCode: {} })
    expect(manifest.batches).toBe(
      12_000 / Math.min(batchRows, 5_000) === 2.4 ? 3 : 12_000 / batchRows,
    )
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
