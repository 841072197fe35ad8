import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { CsvError } from './csv-error.ts'
import { createCutter } from './cutter.ts'
import { inspectHead } from './head.ts'

/** How CPython's `csv` and PapaParse read a file. Both count a blank line as a record; we do not. */
interface Truth {
  readonly records: number
  readonly papaparse: number
  readonly blank: number
  readonly utf16: boolean
  /** The line, from 1, in which each record ends: of the first 400 records. */
  readonly end_lines: 'one per line' | readonly number[]
}

const folder = new URL('../../../../shared/data/csv-conformance/', import.meta.url)
const isThere = existsSync(folder)
if (!isThere) console.log('skipped: ../shared/data/csv-conformance is not there')

const truths: [string, Truth][] = isThere
  ? Object.entries(JSON.parse(readFileSync(new URL('expected-records.json', folder), 'utf8')))
  : []
const agreed = truths.filter(([, truth]) => truth.records === truth.papaparse && !truth.utf16)
const others = truths.filter((truth) => !agreed.includes(truth))
const csv = { delimiter: ',', quote: '"' }
const read = (name: string) => readFileSync(new URL(encodeURI(name).replaceAll('#', '%23'), folder))

describe.skipIf(!isThere)('the files in the wild', () => {
  test('where two parsers agree, has their number of records', () => {
    const differing = agreed.filter(
      ([name, truth]) => rowsOf(read(name)).length !== truth.records - truth.blank,
    )
    expect(differing.map(([name]) => name)).toEqual([])
    expect(agreed).toHaveLength(1_309)
  })

  test('where two parsers agree, ends records in their lines', () => {
    const differing = agreed.filter(([name, { records, end_lines: lines }]) => {
      const wanted =
        lines === 'one per line' ? Array.from({ length: records }, (_, i) => i + 1) : lines
      const got = recordEndLines(read(name))
      return JSON.stringify(got.slice(0, wanted.length)) !== JSON.stringify(wanted)
    })
    expect(differing.map(([name]) => name)).toEqual([])
  })

  test('where they disagree, has an answer or a clear error', () => {
    const unclear = others.filter(([name]) => !['rows', 'error'].includes(answerTo(read(name))))
    expect(unclear.map(([name]) => name)).toEqual([])
    expect(others).toHaveLength(169)
  })

  test('on UTF-16, is refused', () => {
    const utf16 = truths.filter(([, truth]) => truth.utf16)
    for (const [name] of utf16) {
      expect(() => inspectHead(read(name), csv, 'auto')).toThrow(/UTF-16/u)
    }
    expect(utf16.length).toBeGreaterThan(0)
  })

  test('are the ones that the answers were made for', () => {
    const [name, truth] = truths[0] as [string, Truth & { sha256: string }]
    const hash = createHash('sha256').update(read(name)).digest('hex')
    expect(hash.slice(0, truth.sha256.length)).toBe(truth.sha256)
  })
})

/** What becomes of a file: rows, an error that says what to do, or something worse. */
function answerTo(bytes: Uint8Array): string {
  try {
    inspectHead(bytes, csv, 'auto')
    return rowsOf(bytes).every(({ start, end }) => start < end) ? 'rows' : 'empty rows'
  } catch (error) {
    return error instanceof CsvError && error.hint ? 'error' : String(error)
  }
}

/** Each row by itself, as the cutter finds it. */
function rowsOf(bytes: Uint8Array) {
  const cutter = createCutter({ dialect: csv, rowsMax: 1, bytesMax: 1_000_000, header: false })
  return [...cutter.push(bytes), ...cutter.end()].map((cut) => cut.bytes)
}

/** The lines in which records end, a blank line being one. */
function recordEndLines(bytes: Buffer): number[] {
  const rows = rowsOf(bytes)
  const ends = [...bytes.toString('latin1').matchAll(/\r\n|\r|\n/g)].map(
    (match) => match.index + match[0].length,
  )
  if (ends.at(-1) !== bytes.length) ends.push(bytes.length)
  let next = 0
  return ends.flatMap((end, index) => {
    const row = rows[next]
    if (row?.end === end) next += 1
    const isWithin = row !== undefined && row.start < end && end < row.end
    return isWithin ? [] : [index + 1]
  })
}
