import { describe, expect, test } from 'vitest'
import { jsonLines } from './dialect.ts'
import { parseFields } from './fields.ts'
import { rowOffsets } from './row-offsets.ts'
import { countRows, oddRows } from './survey.ts'

const csv = { delimiter: ',', quote: '"' }
const bytes = (text: string) => new TextEncoder().encode(text)

describe('rowOffsets', () => {
  test.for([
    { what: 'rows', text: 'a\n"b\n"\r\nc', offsets: [0, 2, 8, 9] },
    { what: 'blank lines', text: '\na\n\nb\n\n', offsets: [1, 4, 6] },
    { what: 'nothing', text: '', offsets: [0] },
  ])('on $what, gives each start and the last end', ({ text, offsets }) => {
    expect([...rowOffsets(bytes(text), csv)]).toEqual(offsets)
    expect(countRows(bytes(text), csv)).toBe(offsets.length - 1)
  })
})

describe('oddRows', () => {
  test('names rows with too few or too many fields', () => {
    const text = 'a,b\nc\n\n"d,\n",e\nf,g,h\n'
    expect(oddRows(bytes(text), csv, 2)).toEqual([
      { row: 1, fields: 1 },
      { row: 3, fields: 3 },
    ])
  })

  test('takes a JSON line for one field', () => {
    expect(oddRows(bytes('{"a":1,"b":2}\n[]\n'), jsonLines, 1)).toEqual([])
  })
})

describe('parseFields', () => {
  test.for([
    { what: 'plain fields', row: 'a,,c\r\n', fields: ['a', '', 'c'] },
    { what: 'quoted fields', row: '"a,b","c ""d""","\n"\n', fields: ['a,b', 'c "d"', '\n'] },
    { what: 'text after a closing quote', row: '"a"b"c,d', fields: ['ab"c', 'd'] },
    { what: 'a quote inside a field', row: 'a"b,c', fields: ['a"b', 'c'] },
    { what: 'a quote that is never closed', row: '"a,b\n', fields: ['a,b\n'] },
    { what: 'an empty row', row: '', fields: [''] },
  ])('on $what, gives the texts', ({ row, fields }) => {
    expect(parseFields(bytes(row), csv)).toEqual(fields)
  })
})
