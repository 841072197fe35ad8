import { expect, test } from 'vitest'
import type { CsvError } from './csv-error.ts'
import { createCutter, type CutterOptions } from './cutter.ts'
import { type Dialect, jsonLines } from './dialect.ts'

const csv: Dialect = { delimiter: ',', quote: '"' }
const bytes = (text: string) => new TextEncoder().encode(text)
const options: CutterOptions = {
  dialect: csv,
  rowsMax: 2,
  bytesMax: 8,
  header: false,
  rowBytesMax: 12,
}

/** Cuts the text, pushed in pieces of so many bytes; answers what was thrown, and after how many bytes. */
function refused(text: string, change: Partial<CutterOptions> = {}, pieceBytes = text.length) {
  const cutter = createCutter({ ...options, ...change })
  let pushed = 0
  try {
    for (; pushed < text.length; pushed += pieceBytes) {
      cutter.push(bytes(text.slice(pushed, pushed + pieceBytes)))
    }
    cutter.end()
  } catch (error) {
    return { error: error as CsvError, pushed: pushed + pieceBytes }
  }
  return undefined
}

test.for([
  { what: 'begins the object', text: '"1,2\n3,4\n5,6\n', row: 0, byte: 0 },
  { what: 'follows a cut', text: '1\n2\n"1,2\n3,4\n5,6\n', row: 2, byte: 4 },
  { what: 'follows an open cut', text: '1\n2\n3\n"1,2\n3,4\n5,6\n', row: 3, byte: 6 },
  { what: 'follows blank lines', text: '1\n\n\n"1,2\n3,4\n5,6\n', row: 1, byte: 4 },
  { what: 'ends at last', text: '1\n123456789012\n3\n', row: 1, byte: 2 },
  { what: 'ends with the object', text: '1\n1234567890123', row: 1, byte: 2 },
])('a row that is larger than the bound and $what is refused by name', ({ text, row, byte }) => {
  for (let pieceBytes = 1; pieceBytes <= text.length; pieceBytes += 1) {
    expect(refused(text, {}, pieceBytes)?.error).toMatchObject({
      code: 'row_endless',
      message: `cut rows: row ${row} (byte ${byte}): no end within 12 bytes`,
      row,
      byte,
      hint: expect.stringContaining(`from byte ${byte} on, look for a " at the start of a field`),
    })
  }
})

test('it is refused as soon as the bound is passed', () => {
  expect(refused(`1\n"${'2\n'.repeat(1_000)}`, {}, 4)?.pushed).toBe(16)
})

test('rows up to the bound are cut, and blank lines are none', () => {
  expect(refused('12345678901\n1\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n12345678901\n')).toBeUndefined()
  expect(
    refused('12345678901\n1\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n12345678901\n', {}, 1),
  ).toBeUndefined()
})

test('rows are numbered as the dataset has them', () => {
  expect(refused('1\n"\n\n\n\n\n\n\n\n\n\n\n\n\n', { firstRow: 70 })?.error).toMatchObject({
    row: 71,
  })
})

test('a header that has no end is no row', () => {
  const { error } = refused('id,"age\n1,2\n3,4\n', { header: true })!
  expect(error.message).toBe('cut rows: the header (byte 0): no end within 12 bytes')
  expect(error.row).toBeUndefined()
})

test('in JSON lines it is no matter of quotes', () => {
  const { error } = refused('{"a":1,"b":2}\n', { dialect: jsonLines })!
  expect(error.hint).toBe('each row of JSON lines ends with a line end')
})
