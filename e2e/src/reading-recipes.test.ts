import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli, temporaryFolder } from './support/cli.ts'
import { flights } from './support/flights.ts'

/* What docs/reading-results.md says of reading the files by other programs, done to a result with a failed row. */

const BAD_ROW = 7

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let page: string

beforeAll(async () => {
  folder = await temporaryFolder()
  page = await readFile(join(import.meta.dirname, '../../docs/reading-results.md'), 'utf8')
  const rows = flights.rows.slice(0, 20).with(BAD_ROW, '1,2')
  await writeFile(join(folder.path, 'rows.csv'), `${rows.join('\n')}\n`)
  const args = ['run', 'rows.csv', '--local-model', flights.model, '--out', 'scores.csv']
  const { code, stderr } = await runCli(args, { cwd: folder.path })
  assert.equal(code, 3, stderr)
}, 180_000)
afterAll(() => folder[Symbol.asyncDispose]())

/** The only piece of the page in a language. */
function recipeIn(language: 'sh' | 'py' | 'sql'): string {
  const found = [...page.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))]
  assert.equal(found.length, 1, language)
  return found[0]?.[1] ?? ''
}

const hasShell = ['jq', 'sha256sum'].every((name) => spawnSync(name, ['--version']).status === 0)
if (!hasShell)
  console.warn('reading-recipes: no jq or sha256sum, the test of the hashes is skipped')

test.skipIf(!hasShell)('in a shell, each file is what the manifest says, or not', async () => {
  const hold = () => spawnSync('sh', ['-c', recipeIn('sh')], { cwd: folder.path, encoding: 'utf8' })
  expect(hold()).toMatchObject({
    stdout: 'scores.csv: OK\nscores.errors.csv: OK\nscores.report.html: OK\n',
    status: 0,
  })
  const errors = join(folder.path, 'scores.errors.csv')
  const text = await readFile(errors)
  await writeFile(errors, 'row\n')
  expect(hold()).toMatchObject({ stdout: expect.stringContaining('FAILED'), status: 1 })
  await writeFile(errors, text)
})

test('in DuckDB, a failed row is joined with its reason', async () => {
  const query = recipeIn('sql').replaceAll("'scores.", `'${join(folder.path, 'scores.')}`)
  const duckdb = await (await DuckDBInstance.create(':memory:')).connect()
  const found = (await duckdb.runAndReadAll(query)).getRowObjects()
  duckdb.closeSync()
  expect(found).toMatchObject([{ row: BigInt(BAD_ROW), Prediction: null, code: 'row_width' }])
})

const PYTHON = '/usr/bin/python3'
const hasPandas = spawnSync(PYTHON, ['-c', 'import pandas']).status === 0
if (!hasPandas) console.warn("reading-recipes: no pandas in Debian's python3, its test is skipped")

test.skipIf(!hasPandas)('in pandas, classes are whole and a failed row has its reason', () => {
  const facts =
    'print(len(scores), scores.dtypes.iloc[1], scores.isna().sum().to_list(), failed.index.to_list(), failed.code.to_list())'
  const ran = spawnSync(PYTHON, ['-c', `${recipeIn('py')}\n${facts}`], {
    cwd: folder.path,
    encoding: 'utf8',
  })
  const stdout = `20 Int64 [1, 1] [${BAD_ROW}] ['row_width']\n`
  expect(ran).toMatchObject({ status: 0, stdout })
})
