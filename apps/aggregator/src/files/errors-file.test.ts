import { parseFields, rowOffsets } from '@millrace/csv'
import { limits, type PinnedDataset } from '@millrace/job'
import { describe, expect, test } from 'vitest'
import { createErrorsFile } from './errors-file.ts'
import { streamOf } from '../test-data.fixture.ts'

const csv = { delimiter: ',', quote: '"' }
const dataset: PinnedDataset = {
  objects: [
    { uri: 's3://data/a.csv', bytes: 100, version: 'v1' },
    { uri: 's3://data/b.csv', bytes: 100, version: 'v1' },
  ],
  header: true,
  width: 2,
}

const isGone = () => false

/** Each row of the text fails; it is the object's only batch, after `header`. */
async function rowsOf(text: string, options: { header?: string; row?: boolean; message?: string }) {
  const { header = '', row = false, message = 'no' } = options
  const whole = Buffer.from(header + text)
  const file = createErrorsFile(
    {
      stream: (_, start, end) => streamOf(pieces(whole.subarray(start, end))),
      isGone,
    },
    dataset,
    { row },
  )
  const bytes = Buffer.from(text)
  const offsets = rowOffsets(bytes, csv)
  const rows = offsets.length - 1
  const failures = Array.from({ length: rows }, (_, index) => ({
    row: 10 + index,
    code: 'model_error',
    message,
  }))
  const range = { start: header.length, end: whole.length }
  const batch = { batch: 0, object: 0, rows: { start: 10, end: 10 + rows }, bytes: range }
  const written = await file.rows({ batch, failures, attempt: 2, input: { bytes, offsets } })
  const starts = [...rowOffsets(written, csv)]
  return starts
    .slice(0, -1)
    .map((at, index) => parseFields(written.subarray(at, starts[index + 1]), csv))
}

/** Cut in the worst places: between a CR and its LF, too. */
function pieces(bytes: Buffer): Buffer[] {
  return Array.from(bytes, (byte) => Buffer.from([byte]))
}

test('each failed row tells where it begins, by byte and by line', async () => {
  const rows = await rowsOf('1,2\n"3\n\n",4\n5,6\n', { header: 'a,b\n' })
  expect(rows).toEqual([
    ['10', 's3://data/a.csv', '4', '2', 'model_error', 'no', '2'],
    ['11', 's3://data/a.csv', '8', '3', 'model_error', 'no', '2'],
    ['12', 's3://data/a.csv', '16', '6', 'model_error', 'no', '2'],
  ])
})

test.for([
  ['CRLF', '1,2\r\n3,4\r\n5,6\r\n', ['1', '2', '3']],
  ['a lone CR', '1,2\r3,4\r5,6', ['1', '2', '3']],
  ['blank lines', '1,2\n\n\n3,4\r\n\r\n5,6\n', ['1', '4', '6']],
] as const)('lines that end in %s are counted as an editor does', async ([, text, lines]) => {
  const rows = await rowsOf(text, {})
  expect(rows.map((row) => row[3])).toEqual(lines)
})

test('the next object begins at line 1 again', async () => {
  const bytes = Buffer.from('1,2\n3,4\n')
  const stream = (_: number, start: number, end: number) => streamOf([bytes.subarray(start, end)])
  const file = createErrorsFile({ stream, isGone }, dataset, { row: false })
  const lines: (string | undefined)[] = []
  for (const object of [0, 1]) {
    const start = object * 2
    const written = await file.rows({
      batch: {
        batch: object,
        object,
        rows: { start, end: start + 2 },
        bytes: { start: 0, end: 8 },
      },
      failures: [{ row: start + 1, code: 'x', message: '' }],
      attempt: 1,
      input: { bytes, offsets: rowOffsets(bytes, csv) },
    })
    lines.push(String(written).split(',')[3])
  }
  expect(lines).toEqual(['2', '2'])
})

test('on request, the row itself is the last column', async () => {
  const rows = await rowsOf('1,"a ""b"""\r\n"x\ny",2\n', { row: true })
  expect(rows.map((row) => row[7])).toEqual(['1,"a ""b"""', '"x\ny",2'])
})

describe('a row that no payload can hold', () => {
  const bytes = Buffer.alloc(limits.payloadBytesMax + 2, 'ä')
  const failed = {
    batch: {
      batch: 0,
      object: 0,
      rows: { start: 3, end: 4 },
      bytes: { start: 8, end: 8 + bytes.length },
    },
    failures: [{ row: 3, code: 'row_too_large', message: 'a row larger than …' }],
    attempt: 1,
  }
  const stream = (_: number, start: number, end: number) =>
    streamOf([Buffer.from('a,b\n1,2\n').subarray(start, end)])

  test('is told without its bytes: it begins where its batch does', async () => {
    const file = createErrorsFile({ stream, isGone }, dataset, { row: false })
    const written = await file.rows({ ...failed, input: undefined })
    expect(String(written)).toBe(
      '3,"s3://data/a.csv",8,3,"row_too_large","a row larger than …",1\n',
    )
  })

  test('is cut between two characters when it is to be written itself', async () => {
    const file = createErrorsFile({ stream, isGone }, dataset, { row: true })
    // An odd byte before it: the last character that would fit is cut in two.
    const odd = Buffer.concat([Buffer.from('x'), bytes])
    const offsets = Uint32Array.of(0, odd.length)
    const written = await file.rows({ ...failed, input: { bytes: odd, offsets } })
    const row = parseFields(written, csv)[7] ?? ''
    expect(row.length).toBe(1 + (limits.payloadBytesMax - 2) / 2 + 1)
    expect([row.slice(0, 3), row.slice(-3)]).toEqual(['xää', 'ää…'])
  })
})

test('a row of empty lines is read once, not once from each of them', async () => {
  const lines = '\n'.repeat(300_000)
  const [row] = await rowsOf(`1,"${lines}x"\n`, { row: true })
  expect(row?.at(-1)).toContain(`${lines}x`)
})

test.for(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\0=1', '＝1+1', '＠SUM(A1)', "'quoted"])(
  'the text %j is no formula in a spreadsheet',
  async (text) => {
    const [row = []] = await rowsOf('1,2\n', { message: text })
    expect(row[5]).toBe(`'${text}`)
  },
)

test('a row that begins like a formula is guarded, too', async () => {
  const rows = await rowsOf('-1,2\n1,2\n', { row: true })
  expect(rows.map((row) => row[7])).toEqual(["'-1,2", '1,2'])
})
