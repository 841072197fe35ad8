import { describe, expect, test } from 'vitest'
import type { CsvError } from './csv-error.ts'
import { createCutter } from './cutter.ts'

const options = {
  dialect: { delimiter: ',', quote: '"' },
  rowsMax: 10,
  bytesMax: 1_000,
  strict: true,
}

const faultOf = (text: string, header = false) => {
  const cutter = createCutter({ ...options, header })
  try {
    cutter.push(new TextEncoder().encode(text))
    cutter.end()
  } catch (error) {
    const { code, message, row, line, byte } = error as CsvError
    return { code, message, row, line, byte }
  }
  return undefined
}

describe('a strict cutter', () => {
  test.for([
    {
      what: 'a quote inside an unquoted field',
      text: 'a,b\n1,2"\n',
      place: { row: 1, line: 2, byte: 7 },
    },
    {
      what: 'text after a closing quote',
      text: '"a\r\n"\n\n"b"x,1\n',
      place: { row: 1, line: 4, byte: 10 },
    },
    {
      what: 'a quote that is never closed',
      text: '1\n"2\n3\n4\n',
      place: { row: 1, line: 2, byte: 2 },
    },
  ])('on $what, throws its row, line and byte', ({ what, text, place }) => {
    const { row, line, byte } = place
    expect(faultOf(text)).toEqual({
      code: 'malformed_quoting',
      message: `check quoting: row ${row} (line ${line}, byte ${byte}): ${what}`,
      ...place,
    })
  })

  test('counts rows without the header', () => {
    expect(faultOf('a,b\n1,2\n3,4"\n', true)).toMatchObject({ row: 1, line: 3 })
    expect(faultOf('a"b\n1,2\n', true)).toMatchObject({ row: undefined, line: 1 })
  })

  test('lets well-formed quoting through', () => {
    expect(faultOf('"a","b ""c""\n"\r\n"",\r"d"')).toBeUndefined()
  })
})
