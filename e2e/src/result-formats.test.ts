import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli, temporaryFolder } from './support/cli.ts'
import { flights } from './support/flights.ts'

/*
 * One run, and every other format exported from its predictions: no endpoint listens any more by
 * then, so an invocation would fail. Each file is read by programs that are not ours.
 */

const COLUMNS = ['month', 'day', 'weekday', 'hour', 'minute', 'distance', 'origin', 'destination']
const files = { csv: 'late.csv', jsonl: 'lines.jsonl.gz', parquet: 'table.parquet' } as const

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let duckdb: DuckDBConnection | undefined

beforeAll(async () => {
  folder = await temporaryFolder()
  const run = ['run', flights.features, '--local-model', flights.model, '--batch-rows', '1500']
  await succeed([...run, '--out', files.csv, '--join', 'all'])
  for (const out of [files.jsonl, files.parquet]) await succeed(['export', '--out', out])
  duckdb = await (await DuckDBInstance.create(':memory:')).connect()
}, 180_000)

async function succeed(args: readonly string[]): Promise<void> {
  const { code, stderr } = await runCli(args, { cwd: folder.path })
  assert.equal(code, 0, stderr)
}

afterAll(async () => {
  duckdb?.closeSync()
  await folder[Symbol.asyncDispose]()
})

const at = (file: string): string => join(folder.path, file)
const sourceOf = {
  csv: () => `read_csv('${at(files.csv)}', header = false, auto_detect = true)`,
  jsonl: () => `read_json('${at(files.jsonl)}', format = 'newline_delimited')`,
  parquet: () => `read_parquet('${at(files.parquet)}')`,
}

/** The rows of a result: the input's fields, prediction and class, as DuckDB finds them. */
async function read(format: keyof typeof files) {
  const reader = await duckdb!.runAndReadAll(`from ${sourceOf[format]()}`)
  const columns = reader.columnNames()
  return { columns, types: reader.columnTypes().map(String), rows: reader.getRows() }
}

describe('DuckDB', () => {
  test.for([
    ['csv', 'BIGINT'],
    ['jsonl', 'VARCHAR'],
    ['parquet', 'VARCHAR'],
  ] as const)('reads %s: the same values, of the right types', async ([format, inputType]) => {
    const { types, rows } = await read(format)
    expect(types.slice(0, 8)).toEqual(COLUMNS.map(() => inputType))
    expect(types.slice(8)).toEqual(['DOUBLE', 'BIGINT'])
    const fields = rows.map((row) => row.slice(0, 8).map(String).join(','))
    expect(fields.join('\n') === flights.rows.join('\n')).toBe(true)
    const predictions = rows.map((row) => Number(row[8]))
    expect(predictions.every((value, row) => value === Number(flights.answers[row]))).toBe(true)
    const classes = rows.map((row) => Number(row[9]))
    expect(classes.every((label, row) => label === Number(predictions[row]! > 0.5))).toBe(true)
    expect(rows).toHaveLength(12_000)
  })
})

test('without the added columns, the joined CSV is the input, byte for byte', async () => {
  const result = await readFile(at(files.csv), 'utf8')
  expect(result.replaceAll(/,[^,\n]+,[01]\n/g, '\n') === `${flights.rows.join('\n')}\n`).toBe(true)
})

const PANDAS = `
import json, sys
import pandas as pd
csv = pd.read_csv(sys.argv[1], header=None, float_precision="round_trip")
jsonl = pd.read_json(sys.argv[2], lines=True, precise_float=True)
for frame in (csv, jsonl):
    print(json.dumps({
        "types": [str(kind) for kind in frame.dtypes[8:]],
        "rows": len(frame),
        "predictions": [repr(float(value)) for value in frame.iloc[:, 8]],
        "late": int(frame.iloc[:, 9].sum()),
    }))
`
const hasPandas = spawnSync('/usr/bin/python3', ['-c', 'import pandas']).status === 0
if (!hasPandas) console.warn("result-formats: no pandas in Debian's python3, its test is skipped")

test.skipIf(!hasPandas)('pandas reads CSV and JSON lines: the same values', () => {
  const args = ['-c', PANDAS, at(files.csv), at(files.jsonl)]
  const ran = spawnSync('/usr/bin/python3', args, { encoding: 'utf8', maxBuffer: 2 ** 26 })
  expect(ran.stderr).toBe('')
  const late = flights.answers.filter((answer) => Number(answer) > 0.5).length
  for (const line of ran.stdout.trimEnd().split('\n')) {
    const { predictions, ...facts } = JSON.parse(line) as { predictions: string[] }
    expect(facts).toEqual({ types: ['float64', 'int64'], rows: 12_000, late })
    const wrong = predictions.filter((text, row) => Number(text) !== Number(flights.answers[row]))
    expect(wrong).toEqual([])
  }
})

describe('an export', () => {
  test('with other thresholds has their classes and the same predictions', async () => {
    const args = ['export', '--threshold', '0.3', '--threshold', '0.5', '--join', 'none']
    const { code, stdout } = await runCli([...args, '--out', 'two.csv'], { cwd: folder.path })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^result +two\.csv$/m)
    const rows = flights.answers.map((answer) => {
      const value = Number(answer)
      return `${answer},${value > 0.3 ? 1 : 0},${value > 0.5 ? 1 : 0}\n`
    })
    const header = 'Prediction,Binary Classification 0.3,Binary Classification 0.5\n'
    expect((await readFile(at('two.csv'), 'utf8')) === header + rows.join('')).toBe(true)
    const manifest = JSON.parse(await readFile(at('two.manifest.json'), 'utf8'))
    expect(manifest).toMatchObject({
      state: 'succeeded',
      rows: { total: 12_000, predicted: 12_000 },
      spec: { decision: { threshold: [0.3, 0.5] } },
      exportId: expect.stringMatching(/^e-/),
    })
  })

  test('of predictions that do not fit says so, and writes nothing', async () => {
    const args = ['export', '--decision', 'multiclass', '--out', 'no.csv']
    const { code, stderr } = await runCli(args, { cwd: folder.path })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/wanted several numbers .*prediction_unfit/),
    })
    await expect(readFile(at('no.csv'))).rejects.toThrow('ENOENT')
  })
})
