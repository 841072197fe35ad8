import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { rowOffsets } from '@millrace/csv'
import type { JobSpecInput, PinnedDataset } from '@millrace/job'
import { decideBy, readLines } from '@millrace/predictions'
import { expect, test } from 'vitest'
import { createParquetFormat } from './format-parquet.ts'
import { withoutJsonStrings } from './json-strings.ts'
import { jobWith, planOf } from '../test-data.fixture.ts'

const dataset: PinnedDataset = {
  objects: [{ uri: 's3://data/rows.csv', bytes: 100, version: 'v1' }],
  header: true,
  columns: ['id', 'name'],
  width: 2,
}
const output = { uri: 's3://results/scores.parquet', format: 'parquet' as const }
const batch = planOf(1)[0]!

/** The file of a result of several batches, each with its predictions and perhaps its input. */
function fileOf(change: Partial<JobSpecInput>, batches: readonly (readonly [string, string?])[]) {
  const { spec } = jobWith({ output, ...change })
  const first = batches[0]?.[0].split('\n')[0] ?? ''
  const deciding = withoutJsonStrings(spec, decideBy(spec.decision, spec.output.names, first))
  const format = createParquetFormat(spec, dataset, deciding)
  const rows = batches.map(([predictions, text]) => {
    const bytes = Buffer.from(text ?? '')
    const input =
      text === undefined ? undefined : { bytes, offsets: rowOffsets(bytes, spec.dataset.csv) }
    return format.rows({ batch, lines: readLines(Buffer.from(predictions)), input })
  })
  const pieces = [format.begin(), ...rows, format.end()]
  return { bytes: Uint8Array.from(Buffer.concat(pieces)), pieces }
}

const compressors = {
  ZSTD: (bytes: Uint8Array) => zstdDecompressSync(bytes),
  GZIP: (bytes: Uint8Array) => gunzipSync(bytes),
}
const read = async (bytes: Uint8Array<ArrayBuffer>) =>
  await parquetReadObjects({ file: bytes.buffer, compressors })

test('probabilities are doubles, labels are integers, and a failed row has nulls', async () => {
  const { bytes } = fileOf({}, [['0.7\n'], ['nan\n4.999999873689376e-05']])
  expect(await read(bytes)).toEqual([
    { Prediction: 0.7, 'Binary Classification': 1n },
    { Prediction: null, 'Binary Classification': null },
    { Prediction: Number.NaN, 'Binary Classification': null },
    { Prediction: 4.999999873689376e-5, 'Binary Classification': 0n },
  ])
  const types = parquetMetadata(bytes.buffer).schema.slice(1)
  expect(types.map(({ name, type }) => [name, type])).toEqual([
    ['Prediction', 'DOUBLE'],
    ['Binary Classification', 'INT64'],
  ])
})

test('the columns of a CSV are texts, whatever they look like', async () => {
  const all = { output: { ...output, join: 'all' as const } }
  const { bytes } = fileOf(all, [['0.7\n', '007,"a,\nb"\n1\n']])
  expect(await read(bytes)).toEqual([
    { id: '007', name: 'a,\nb', Prediction: 0.7, 'Binary Classification': 1n },
    { id: null, name: null, Prediction: null, 'Binary Classification': null },
  ])
})

test.for(['none', 'gzip', 'zstd', 'auto'] as const)(
  'pages of compression %s are read back',
  async (compression) => {
    const labels = { labels: ['no', 'yes'] }
    const { bytes } = fileOf({ output: { ...output, compression }, decision: labels }, [
      ['0.7\n0.1'],
    ])
    expect(await read(bytes)).toEqual([
      { Prediction: 0.7, 'Binary Classification': 'yes' },
      { Prediction: 0.1, 'Binary Classification': 'no' },
    ])
    const codec = parquetMetadata(bytes.buffer).row_groups[0]?.columns[0]?.meta_data?.codec
    const codecs = { none: 'UNCOMPRESSED', gzip: 'GZIP', zstd: 'ZSTD', auto: 'ZSTD' }
    expect(codec).toBe(codecs[compression])
  },
)

test('a full row group leaves memory before the end', () => {
  const rows = (batch: number): string =>
    Array.from({ length: 1_000 }, (_, row) => `${batch}.${row + 1_000}`).join('\n')
  const { bytes, pieces } = fileOf(
    {},
    Array.from({ length: 150 }, (_, at) => [rows(at)] as const),
  )
  expect(pieces.filter((piece) => piece.length > 10_000)).toHaveLength(2)
  expect(parquetMetadata(bytes.buffer).row_groups.map(({ num_rows }) => num_rows)).toEqual([
    131_072n,
    18_928n,
  ])
})

test('predictions that are texts are a column of texts', async () => {
  const none = { decision: { kind: 'none' as const } }
  const { bytes } = fileOf(none, [['[1, 2]\n\n3']])
  expect((await read(bytes)).map((row) => row['Prediction'])).toEqual(['[1, 2]', null, '3'])
})

test('an empty text that was predicted is no null, and an empty label no missing class', async () => {
  const json = { decision: { kind: 'none' as const }, endpoint: { name: 'e', response: 'json:[]' } }
  const { bytes } = fileOf(json, [['"cat"\n""\n']])
  expect((await read(bytes)).map((row) => row['Prediction'])).toEqual(['cat', '', null])
  const numbers = fileOf(json, [['1\n""\n2']])
  expect((await read(numbers.bytes)).map((row) => row['Prediction'])).toEqual([1, null, 2])
  const labels = fileOf({ decision: { labels: ['', 'yes'] } }, [['0.1\nnan']])
  expect((await read(labels.bytes)).map((row) => row['Binary Classification'])).toEqual(['', null])
})

test('a text among numbers is refused with a way out', () => {
  const none = { decision: { kind: 'none' as const } }
  expect(() => fileOf(none, [['0.5\nn/a']])).toThrow(
    expect.objectContaining({
      code: 'value_unfit',
      message: 'write result: wanted a number, as the first prediction is one, got "n/a"',
      hint: expect.stringContaining('csv or jsonl'),
    }),
  )
})

test('a result without rows is a file with columns', async () => {
  const { bytes } = fileOf({}, [])
  expect(await read(bytes)).toEqual([])
  expect(parquetMetadata(bytes.buffer).schema).toHaveLength(3)
})
