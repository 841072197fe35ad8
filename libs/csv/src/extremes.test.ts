import { describe, expect, test } from 'vitest'
import { chooseColumns } from './column-selection.ts'
import { createCutter } from './cutter.ts'
import { inspectHead } from './head.ts'
import { selectColumns } from './select-columns.ts'
import { createSlots } from './slots.ts'
import { countRows, oddRows } from './survey.ts'

const dialect = { delimiter: ',', quote: '"' }
const options = { dialect, rowsMax: 1_000, bytesMax: 5 * 1024 * 1024, header: false }

describe('a table of 20,000 columns', () => {
  const names = Array.from({ length: 20_000 }, (_, column) => `column ${column}`)
  const row = `${names.map((_, column) => column).join(',')}\n`
  const table = Buffer.from(`${names.join(',')}\n${row.repeat(20)}`)

  test('has its columns found and chosen by name', () => {
    const head = inspectHead(table, dialect, 'auto')
    expect(head).toMatchObject({ header: true, width: 20_000 })
    const body = table.subarray(head.bodyStart)
    expect(oddRows(body, dialect, 20_000)).toEqual([])
    const selection = chooseColumns(head, { include: ['column 19999', 'column 7'] })
    const payload = selectColumns(body, dialect, selection)
    expect(Buffer.from(payload).toString()).toBe('19999,7\n'.repeat(20))
  })
})

describe('a table of one column', () => {
  test('is cut row by row, and blank lines are none', () => {
    expect(countRows(Buffer.from('1\n\n2\n3'), dialect)).toBe(3)
    expect(oddRows(Buffer.from('1\n\n2\n3,4'), dialect, 1)).toEqual([{ row: 2, fields: 2 }])
  })
})

describe('a row of 50 MB', () => {
  test('stands alone, between batches that are not the worse for it', () => {
    const cutter = createCutter(options)
    const long = Buffer.alloc(50_000_000, '7')
    const pieces = [Buffer.from('1\n2\n'), long, Buffer.from('\n3\n')]
    const cuts = [...pieces.flatMap((piece) => cutter.push(piece)), ...cutter.end()]
    expect(cuts).toEqual([
      { rows: 2, bytes: { start: 0, end: 4 } },
      { rows: 1, bytes: { start: 4, end: 50_000_005 } },
      { rows: 1, bytes: { start: 50_000_005, end: 50_000_007 } },
    ])
  })
})

describe('an object of more than 4 GiB', () => {
  test('has its last cut where it is', () => {
    const slots = createSlots(1)
    const cutter = createCutter({ ...options, slots })
    const slot = slots.buffers[0] ?? new Uint8Array()
    slot.fill(120).set([10], slot.length - 1)
    let last
    for (let megabyte = 0; megabyte < 4_100; megabyte += 1) last = cutter.push(slot).at(-1) ?? last
    last = cutter.end().at(-1) ?? last
    const size = 4_100 * slot.length
    expect(last).toEqual({ rows: 5, bytes: { start: size - 5 * slot.length, end: size } })
    expect(cutter.rows).toBe(4_100)
  })
})
