import { isUtf8 } from 'node:buffer'
import { jsonLines, rowOffsets } from '@millrace/csv'
import { type JobSpecInput, limits, type PinnedDataset } from '@millrace/job'
import { decideBy, readLines } from '@millrace/predictions'
import { describe, expect, test } from 'vitest'
import { createJsonLinesFormat } from './format-json-lines.ts'
import { jobWith, planOf } from '../test-data.fixture.ts'

const dataset: PinnedDataset = {
  objects: [{ uri: 's3://data/rows.csv', bytes: 100, version: 'v1' }],
  header: true,
  columns: ['id', 'na"me'],
  width: 2,
}
const output = { uri: 's3://results/scores.jsonl', format: 'jsonl' as const }
const batch = planOf(1)[0]!

function bytesOf(change: Partial<JobSpecInput>, predictions: string, text?: string | Buffer) {
  const { spec } = jobWith({ output, ...change })
  const [first = ''] = predictions.split('\n')
  const format = createJsonLinesFormat(
    spec,
    dataset,
    decideBy(spec.decision, spec.output.names, first),
  )
  const bytes = Buffer.from(text ?? '')
  const dialect = spec.dataset.format === 'jsonl' ? jsonLines : spec.dataset.csv
  const input = text === undefined ? undefined : { bytes, offsets: rowOffsets(bytes, dialect) }
  return format.rows({ batch, lines: readLines(Buffer.from(predictions)), input })
}
const rowsOf = (...rows: Parameters<typeof bytesOf>) => String(bytesOf(...rows))

type Row = [string, Partial<JobSpecInput>, string, string]

test.for<Row>([
  ['a prediction keeps its digits', {}, '0.70', '{"Prediction":0.70,"Binary Classification":1}'],
  ['an exponent is a number', {}, '5e-05', '{"Prediction":5e-05,"Binary Classification":0}'],
  ['a failed row has nulls', {}, '', '{"Prediction":null,"Binary Classification":null}'],
  ['nan is a string', {}, 'nan', '{"Prediction":"nan","Binary Classification":null}'],
  [
    'a label that is a word is a string',
    { decision: { labels: ['no', 'yes'] } },
    '0.9',
    '{"Prediction":0.9,"Binary Classification":"yes"}',
  ],
  [
    'no class is null, though labels are words',
    { decision: { labels: ['', 'yes'] } },
    'nan',
    '{"Prediction":"nan","Binary Classification":null}',
  ],
  [
    'a label that is empty is a string',
    { decision: { labels: ['', 'yes'] } },
    '0.1',
    '{"Prediction":0.1,"Binary Classification":""}',
  ],
  [
    'without a winner, its probability is null too',
    { decision: { kind: 'multiclass', labels: ['a', 'b'], probabilities: 'winner' } },
    'nan,0.1',
    '{"Classification":null,"Probability":null}',
  ],
  [
    'each class has a member',
    { decision: { kind: 'multiclass' } },
    '[0.1, 0.9]',
    '{"Probability 0":0.1,"Probability 1":0.9,"Classification":1}',
  ],
  [
    'a text that is decided on by nobody is a string',
    { decision: { kind: 'none' } },
    '{"score":1}',
    String.raw`{"Prediction":"{\"score\":1}"}`,
  ],
])('%s', ([, spec, prediction, line]) => {
  expect(rowsOf(spec, prediction)).toBe(`${line}\n`)
})

test.for([
  [' 0.072', '0.072'],
  ['0.70\t', '0.70'],
  ['.5', '0.5'],
  ['-.50', '-0.50'],
  ['1.', '1'],
  ['1.e5', '1e5'],
  ['+1', '1'],
  ['+.5E+03', '0.5E+03'],
  ['007.0', '7.0'],
  ['-00', '-0'],
  ['0x10', '"0x10"'],
  ['-inf', '"-inf"'],
  [' nan', '"nan"'],
  [' a word', '" a word"'],
  ['1e', '"1e"'],
  ['.', '"."'],
  ['+', '"+"'],
  ['e5', '"e5"'],
] as const)('the prediction %j is the value %s', ([prediction, value]) => {
  const none = { decision: { kind: 'none' as const } }
  const [, written] = rowsOf(none, `0.5\n${prediction}`).split('\n')
  expect(written).toBe(`{"Prediction":${value}}`)
  expect(() => JSON.parse(written ?? '')).not.toThrow()
})

test('the columns of a CSV come first, as the strings that they are', () => {
  const all = { output: { ...output, join: 'all' as const } }
  const rows = rowsOf(all, '0.9\n0.1\n', '007,"a ""b""\n"\n1,é\n1\n')
  expect(
    rows
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { id: '007', 'na"me': 'a "b"\n', Prediction: 0.9, 'Binary Classification': 1 },
    { id: '1', 'na"me': 'é', Prediction: 0.1, 'Binary Classification': 0 },
    { id: null, 'na"me': null, Prediction: null, 'Binary Classification': null },
  ])
})

test('chosen columns stand in the order that was asked for', () => {
  const chosen = { output: { ...output, join: ['na"me', 0] } }
  expect(rowsOf(chosen, '0.9', '1,x\n')).toMatch(/^\{"na\\"me":"x","id":"1","Prediction"/)
})

test('a name for two columns is refused', () => {
  const names = { prediction: 'id' }
  const both = { output: { ...output, join: 'all' as const, names } }
  expect(() => rowsOf(both, '0.9', '1,x\n')).toThrow('two columns would be named "id"')
})

const lines = { dataset: { uri: 's3://data/rows.jsonl', format: 'jsonl' as const } }
const spliced = { ...lines, output: { ...output, join: 'all' as const } }

test.for([
  ['an object', '{"a": 1.50, "b": "}"}', '{"a": 1.50, "b": "}","Prediction":0.9'],
  ['an object with spaces', ' {"a":1 } ', '{"a":1,"Prediction":0.9'],
  ['an empty object', '{ }', '{"Prediction":0.9'],
  ['a list', '[1,2]', '{"row":[1,2],"Prediction":0.9'],
  ['no JSON', '{"a"', String.raw`{"row":"{\"a\"","Prediction":0.9`],
] as const)('a row of JSON lines that is %s keeps its bytes', ([, row, begin]) => {
  expect(rowsOf(spliced, '0.9', `${row}\n`)).toBe(`${begin},"Binary Classification":1}\n`)
})

const none = '"Prediction":null,"Binary Classification":null'

test.for([
  ['an object', '{"a": 1.50}', `{"a": 1.50,${none}}`],
  ['a list', '[1,2]', `{"row":[1,2],${none}}`],
  [
    'an object without its last value',
    '{"a": 1, "b": }',
    String.raw`{"row":"{\"a\": 1, \"b\": }",${none}}`,
  ],
  ['two objects', '{"a":1}{"a":2}', String.raw`{"row":"{\"a\":1}{\"a\":2}",${none}}`],
  ['braces around anything', '{,}', `{"row":"{,}",${none}}`],
  ['cut off', '{"a', String.raw`{"row":"{\"a",${none}}`],
] as const)('a failed row of JSON lines that is %s is a line of JSON', ([, row, line]) => {
  const written = rowsOf(spliced, '', `${row}\n`)
  expect(written).toBe(`${line}\n`)
  expect(() => JSON.parse(written)).not.toThrow()
})

test('a failed row of JSON lines that no payload has room for is a string, unread', () => {
  const largest = `[${'1,'.repeat((limits.payloadBytesMax - 4) / 2)}1]`
  expect(rowsOf(spliced, '', `${largest}\n`)).toBe(`{"row":${largest},${none}}\n`)
  const larger = `[${'1,'.repeat(limits.payloadBytesMax / 2)}1]`
  expect(rowsOf(spliced, '', `${larger}\n`)).toBe(`{"row":"${larger}",${none}}\n`)
})

describe('of a text that is not UTF-8', () => {
  const text = Buffer.from('1,caf\xe9\n', 'latin1')

  test('a column that is joined is refused with a way out', () => {
    const all = { output: { ...output, join: 'all' as const } }
    expect(() => rowsOf(all, '0.9', text)).toThrow(
      expect.objectContaining({
        code: 'not_utf8',
        message:
          'write result: the column "na\\"me" of row 0 is not UTF-8: it would be "caf\uFFFD"',
        hint: expect.stringMatching(/output.format csv.*iconv/),
      }),
    )
  })

  test('columns beside it are joined', () => {
    const chosen = { output: { ...output, join: ['id'] } }
    expect(rowsOf(chosen, '0.9', text)).toMatch(/^\{"id":"1","Prediction":0.9/)
  })

  test('the name of a column that is joined is refused', () => {
    const { spec } = jobWith({ output: { ...output, join: 'all' } })
    const deciding = decideBy(spec.decision, spec.output.names, '0.9')
    const latin = { ...dataset, columns: ['id', 'pr\uFFFDd'] }
    expect(() => createJsonLinesFormat(spec, latin, deciding)).toThrow(
      /name.*not UTF-8.*"pr\uFFFDd"/,
    )
  })

  test.for([
    ['an object', '{"a":"caf\xe9"}', String.raw`{\"a\":\"caf`, String.raw`\"}`],
    ['a list', '["caf\xe9"]', String.raw`[\"caf`, String.raw`\"]`],
    ['no JSON', 'caf\xe9', 'caf', ''],
  ] as const)('a row of JSON lines that is %s is a string', ([, row, before, after]) => {
    const labels = { decision: { labels: ['ä', 'я'] } }
    const rows = Buffer.from(`{"a":1}\n${row}\n{"a":2}\n`, 'latin1')
    const written = bytesOf({ ...spliced, ...labels }, '0.9\n\n0.1', rows)
    expect(isUtf8(written)).toBe(true)
    expect(String(written).split('\n')).toEqual([
      '{"a":1,"Prediction":0.9,"Binary Classification":"я"}',
      `{"row":"${before}\uFFFD${after}",${none}}`,
      '{"a":2,"Prediction":0.1,"Binary Classification":"ä"}',
      '',
    ])
  })

  test('a letter that stands for a lost one in UTF-8 is a letter', () => {
    const all = { output: { ...output, join: 'all' as const } }
    expect(rowsOf(all, '0.9', '1,\uFFFD\n')).toContain('"\uFFFD"')
  })
})
