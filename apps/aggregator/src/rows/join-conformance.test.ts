import { existsSync, readFileSync } from 'node:fs'
import { CsvError, endsInQuotes, inspectHead, parseFields, rowOffsets } from '@millrace/csv'
import { decideBy, readLines } from '@millrace/predictions'
import { describe, expect, test } from 'vitest'
import { createCsvFormat } from './format-csv.ts'
import { jobWith, planOf } from '../test-data.fixture.ts'

/*
 * The nasty files of twelve parsers' test suites as inputs of a join: what comes back when the added
 * columns are taken away is the input. Only blank lines, which are no rows, may be missing, and a quote
 * that a file leaves open is closed.
 */

const folder = new URL('../../../../../shared/data/csv-conformance/', import.meta.url)
const isThere = existsSync(folder)
if (!isThere) console.log('skipped: ../shared/data/csv-conformance is not there')

interface Truth {
  readonly blank: number
}
const truths: [string, Truth][] = isThere
  ? Object.entries(JSON.parse(readFileSync(new URL('expected-records.json', folder), 'utf8')))
  : []
const csv = { delimiter: ',', quote: '"' }
const ADDED = ',0.123456789012,0'
const read = (name: string) => readFileSync(new URL(encodeURI(name).replaceAll('#', '%23'), folder))

/** The tables that a job takes, from their first row on; UTF-16 and NUL bytes are refused at planning. */
const inputs = truths
  .map(([name, { blank }]) => ({ name, blank, bytes: withoutMark(read(name)) }))
  .flatMap((input) => {
    const width = widthOf(input.bytes)
    return width > 0 ? [{ ...input, width }] : []
  })

type Input = (typeof inputs)[number]

describe.skipIf(!isThere)('of the files in the wild, joined', () => {
  test('each row has its bytes, and the added columns behind them', () => {
    const differing = inputs.filter((input) => {
      const result = joined(input)
      const rows = contents(input.bytes).map((row) => closed(row) + ADDED)
      return JSON.stringify(contents(result)) !== JSON.stringify(rows)
    })
    expect(differing.map(({ name }) => name)).toEqual([])
    expect(inputs).toHaveLength(1_229)
  })

  test('those without blank lines come back byte for byte', () => {
    const whole = inputs.filter(({ blank }) => blank === 0)
    const differing = whole.filter((one) => {
      const back = joined(one).toString('latin1').replaceAll(ADDED, '')
      const input = closed(one.bytes.toString('latin1'))
      return back !== input && back !== input + firstLineEnd(one.bytes)
    })
    expect(differing.map(({ name }) => name)).toEqual([])
    expect(whole.length).toBeGreaterThan(1_000)
  })

  test('the fields of those that end within quotes are what they were', () => {
    const open = inputs.filter(({ bytes }) => endsInQuotes(bytes, csv))
    const differing = open.filter((input) => {
      const [was, is] = [lastRow(input.bytes), lastRow(joined(input))].map((row) =>
        parseFields(row, csv),
      )
      return JSON.stringify(is) !== JSON.stringify([...(was ?? []), ...ADDED.slice(1).split(',')])
    })
    expect(differing.map(({ name }) => name)).toEqual([])
    expect(open.length).toBeGreaterThan(10)
  })

  test('a chosen column of each row stands as it was written', () => {
    const differing = inputs.filter((input) => {
      const rows = contents(joined(input, [input.width - 1]))
      return (
        rows.length !== contents(input.bytes).length || !rows.every((row) => row.endsWith(ADDED))
      )
    })
    expect(differing.map(({ name }) => name)).toEqual([])
  })
})

function widthOf(bytes: Buffer): number {
  try {
    return inspectHead(bytes, csv, 'absent', true).width
  } catch (error) {
    if (error instanceof CsvError) return 0
    throw error
  }
}

function joined({ bytes, width }: Input, join: 'all' | number[] = 'all'): Buffer {
  const { spec } = jobWith({ output: { uri: 's3://results/x.csv', join } })
  const objects = [{ uri: 's3://data/x.csv', bytes: bytes.length, version: 'v1' }]
  const dataset = { objects, header: false, width }
  const deciding = decideBy(spec.decision, spec.output.names, '')
  const offsets = rowOffsets(bytes, csv)
  const rows = offsets.length - 1
  const lines = Array.from({ length: rows }, () => '0.123456789012').join('\n')
  return Buffer.from(
    createCsvFormat(spec, dataset, deciding).rows({
      batch: { ...planOf(rows)[0]!, bytes: { start: 0, end: bytes.length } },
      lines: readLines(Buffer.from(lines)),
      input: { bytes, offsets },
    }),
  )
}

/** The rows of a table, without their line ends. */
function contents(bytes: Buffer): string[] {
  const starts = [...rowOffsets(bytes, csv)]
  return starts
    .slice(0, -1)
    .map((start, row) => bytes.toString('latin1', start, starts[row + 1]))
    .map((row) => (isOpen(row) ? row : row.replace(/[\r\n]+$/, '')))
}

/** That of the first row, which a last row without one gets. */
function firstLineEnd(bytes: Buffer): string {
  const row = bytes.toString('latin1', 0, rowOffsets(bytes, csv)[1])
  return /(\r\n|[\r\n])[\r\n]*$/.exec(row)?.[1] ?? '\n'
}

const isOpen = (text: string): boolean =>
  text.includes('"') && endsInQuotes(Buffer.from(text, 'latin1'), csv)

const closed = (text: string): string => (isOpen(text) ? `${text}"` : text)

const lastRow = (bytes: Buffer): Buffer => bytes.subarray(rowOffsets(bytes, csv).at(-2))

function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0)
}
