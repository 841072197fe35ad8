import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { otherResult } from './other-result.ts'
import { createStorage } from './storage.ts'
import { fileUri } from './uri.ts'

const signal = new AbortController().signal
const NAMED = { format: 'csv', files: 'one', compression: 'auto' } as const

/** What `output` takes from another in a folder with these files; the name of that, in the folder. */
async function taken(output: string, files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-other-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const storage = createStorage({})
  onTestFinished(() => storage.close())
  const base = fileUri(`${folder}/`)
  const uri = output === '' ? base : fileUri(join(folder, output))
  const other = await otherResult(storage, { ...NAMED, uri }, signal)
  return other?.slice(base.length)
}

const manifestOf = (uri: string, spec: object = {}): string =>
  JSON.stringify({
    version: 1,
    spec: {
      version: 1,
      dataset: { uri: 's3://data/rows.csv' },
      endpoint: { name: 'churn' },
      output: { uri },
      ...spec,
    },
  })
const scored = {
  'scores.csv': 'Prediction\n',
  'scores.manifest.json': manifestOf('s3://results/scores.csv'),
}

const inFolder = {
  'result.csv': 'Prediction\n',
  'manifest.json': manifestOf('s3://results/', {
    output: { uri: 's3://results/', format: 'csv', files: 'one', compression: 'auto' },
  }),
}

test.for([
  ['the same output', 'scores.csv', scored, undefined],
  ['another ending', 'scores.parquet', scored, 'scores.csv'],
  [
    'a newer version, with more in its spec',
    'scores.parquet',
    {
      ...scored,
      'scores.manifest.json': manifestOf('s3://results/scores.csv', { priority: 1 }),
    },
    'scores.csv',
  ],
  [
    'an older version, with a spec that is taken no more',
    'scores.parquet',
    {
      ...scored,
      'scores.manifest.json': manifestOf('s3://results/scores.csv', { batching: { rows: 0 } }),
    },
    'scores.csv',
  ],
  [
    'a name that a file URI writes otherwise',
    'my scores.csv',
    {
      'my scores.csv': 'Prediction\n',
      'my scores.manifest.json': manifestOf('s3://results/my scores.csv'),
    },
    undefined,
  ],
  [
    'another ending of such a name',
    'my scores.parquet',
    {
      'my scores.csv': 'Prediction\n',
      'my scores.manifest.json': manifestOf('s3://results/my scores.csv'),
    },
    'my%20scores.csv',
  ],
  ['another compression', 'scores.csv.gz', scored, 'scores.csv'],
  ['no ending', 'scores', scored, 'scores.csv'],
  ['another name', 'others.parquet', scored, undefined],
  [
    'another ending, of a result that is gone',
    'scores.parquet',
    { ...scored, 'scores.csv': undefined },
    undefined,
  ],
  ['a folder', 'scores/', scored, undefined],
  ['that of a folder', 'result.csv', inFolder, 'result.csv'],
  ['another than that of a folder', 'result.parquet', inFolder, undefined],
  ['the same folder', '', inFolder, undefined],
  [
    'a folder in which a file has the name of its result',
    '',
    {
      'result.csv': 'Prediction\n',
      'result.manifest.json': manifestOf('s3://results/result.csv'),
    },
    'result.csv',
  ],
  [
    'a folder in which a file has another name',
    '',
    {
      'result.parquet': 'PAR1',
      'result.manifest.json': manifestOf('s3://results/result.parquet'),
    },
    undefined,
  ],
  ['no manifest', 'scores.parquet', { 'scores.csv': 'Prediction\n' }, undefined],
  [
    'what is no JSON',
    'scores.parquet',
    { ...scored, 'scores.manifest.json': '{"spec":' },
    undefined,
  ],
  [
    'the manifest of something else',
    'scores.parquet',
    { ...scored, 'scores.manifest.json': '{"name":"app"}' },
    undefined,
  ],
  [
    'a manifest whose result lies nowhere',
    'scores.parquet',
    { ...scored, 'scores.manifest.json': manifestOf('scores.csv') },
    undefined,
  ],
] as const)('beside %s lies the result it would harm', async ([, output, files, other]) => {
  const there = Object.entries(files).filter(
    (file): file is [string, string] => file[1] !== undefined,
  )
  expect(await taken(output, Object.fromEntries(there))).toBe(other)
})

test.for([
  ['a decision', { decision: { kind: 'quantile' } }],
  ['a format', { output: { uri: 's3://results/scores.csv', format: 'avro' } }],
  ['a compression', { dataset: { uri: 's3://data/rows.csv', compression: 'lz4' } }],
  ['a spec', { version: 2 }],
] as const)('%s that only a newer version knows costs no result its manifest', async ([, spec]) => {
  const manifest = manifestOf('s3://results/scores.csv', spec)
  const files = { ...scored, 'scores.manifest.json': manifest }
  expect(await taken('scores.parquet', files)).toBe('scores.csv')
})

test('in S3 its manifest alone is read', async () => {
  const read: string[] = []
  const storage = {
    readDocument: async (uri: string) => {
      read.push(uri)
      return Buffer.from(manifestOf('s3://results/scores.csv'))
    },
    occupantOf: () => Promise.reject(new Error('denied')),
  }
  const output = { ...NAMED, uri: 's3://copies/scores.parquet' }
  expect(await otherResult(storage, output, signal)).toBe('s3://copies/scores.csv')
  expect(read).toEqual(['s3://copies/scores.manifest.json'])
})

test('what is too large for a manifest is none', async () => {
  const huge = { 'scores.csv': 'x', 'scores.manifest.json': ' '.repeat(64 * 1024 * 1024 + 1) }
  expect(await taken('scores.parquet', huge)).toBeUndefined()
})
