import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { CsvError } from './csv-error.ts'
import { jsonLines } from './dialect.ts'
import { headBytes, headDifference, inspectHead, inspectNext } from './head.ts'

const csv = { delimiter: ',', quote: '"' }
const bytes = (text: string) => new TextEncoder().encode(text)
const codeOf = (act: () => unknown) => {
  try {
    act()
  } catch (error) {
    return (error as CsvError).code
  }
  return 'nothing thrown'
}

test.for([
  '{"x": 0, "s": "t0"}\n{"x": 1, "s": "t1"}\n',
  '{}\n',
  '\ufeff [{"a":1},{"a":2}]',
  '[\n  [1, 2],\n  [3, 4]\n]\n',
])('JSON is no table, unless it is said whether that has a header: %j', (text) => {
  expect(codeOf(() => inspectHead(bytes(text), csv, 'auto'))).toBe('bad_dialect')
  expect(codeOf(() => inspectHead(bytes(text), csv, 'absent'))).toBe('nothing thrown')
})

test.for([
  '<!DOCTYPE html>\n<html></html>\n',
  '<html><body>404</body></html>',
  '\ufeff<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>\n',
])('a page is no table, unless it is said whether that has a header: %j', (text) => {
  expect(() => inspectHead(bytes(text), csv, 'auto')).toThrow(/looks like HTML or XML, not CSV/)
  expect(codeOf(() => inspectHead(bytes(text), csv, 'present'))).toBe('nothing thrown')
})

test.for(['auto', 'present', 'absent'] as const)(
  'the line that tells Excel the delimiter is no row, with header %s',
  (header) => {
    const text = '\ufeffsep=;\r\nid;x\r\n1;2\r\n'
    for (const delimiter of [',', ';']) {
      expect(() => inspectHead(bytes(text), { ...csv, delimiter }, header)).toThrow(
        expect.objectContaining({
          code: 'bad_dialect',
          hint: expect.stringContaining("--delimiter ';'"),
        }),
      )
    }
  },
)

test.for([
  'sep=x,y\n1,2\n',
  'sep=\n1\n',
  '<p>,y\n1,2\n',
  '[a],{b}\n1,2\n',
  '"{""x"": 0}",y\n1,2\n',
  '[1,2]\n',
])('%j is a table', (text) => {
  expect(codeOf(() => inspectHead(bytes(text), csv, 'auto'))).toBe('nothing thrown')
})

describe('header', () => {
  test.for([
    { what: 'names over numbers', text: 'age,income\n1,2\n', header: true },
    { what: 'names over empty fields', text: 'age,income\n,\n', header: true },
    { what: "pandas' nameless index", text: ',age\n0,12\n', header: true },
    { what: 'names over words', text: 'from,to\nSEA,PDX\nDFW,SEA\n', header: true },
    { what: 'names alone', text: 'age,income', header: true },
    { what: 'numbers', text: '1,2\n3,4\n', header: false },
    { what: 'a number among words', text: 'SEA,-3.5e2\nPDX,4\n', header: false },
    {
      what: 'a date among words',
      text: '2001-01-01T00:37,DFW\n2001-01-01T06:20,SEA\n',
      header: false,
    },
    { what: 'a missing value', text: 'NaN,b\nc,d\n', header: false },
    { what: 'the same word twice', text: 'x,x\n1,2\n', header: false },
    { what: 'words repeated below', text: 'yes,red\nno,blue\nyes,green\n', header: false },
    { what: 'empty fields', text: ',,\n1,2,3\n', header: false },
    { what: 'an empty name among others', text: 'a,,c\n1,2,3\n', header: false },
    { what: 'a truth value', text: 'a,true\nb,false\n', header: false },
    {
      what: 'a name that begins with a digit, over numbers',
      text: 'age,30d_spend,churn\n34,120.5,0\n51,-1e3,1\n',
      header: true,
    },
    { what: 'such a name with spaces', text: 'id,7 day avg\na,+.5\nb,\nc,1.\n', header: true },
    { what: 'such a name over words', text: 'a,30d_spend\nb,x\n', header: false },
    { what: 'such a name over words, too', text: 'a,30d_spend\nb,1\nc,x\n', header: false },
    { what: 'such a name over nothing', text: 'a,30d_spend\nb,\n', header: false },
    { what: 'such a name alone', text: 'a,30d_spend\n', header: false },
    { what: 'ranks', text: 'ann,3rd\nbob,1st\n', header: false },
    { what: 'a number with an exponent', text: 'a,1e5\nb,2\n', header: false },
    { what: 'a year over numbers', text: 'a,2021\nb,2\n', header: false },
    { what: 'a date over numbers', text: 'a,2021-01-01\nb,2\n', header: false },
    { what: 'a time', text: 'a,12:30\nb,12:31\n', header: false },
    { what: 'a date in words', text: 'a,1 Jan 2021\nb,2 Jan 2021\n', header: false },
    { what: 'a share', text: 'a,12%\nb,7\n', header: false },
    { what: 'an amount of money', text: 'a,-$5\nb,€7\n', header: false },
  ])('on $what, auto answers $header', ({ text, header }) => {
    expect(inspectHead(bytes(text), csv, 'auto').header).toBe(header)
  })

  test('when it is present, names the columns unquoted and starts after it', () => {
    const text = '\uFEFF\r\n"a ""b""","c,\nd",e\r\n1,2,3\r\n'
    expect(inspectHead(bytes(text), csv, 'present')).toEqual({
      header: true,
      columns: ['a "b"', 'c,\nd', 'e'],
      width: 3,
      headerStart: 5,
      bodyStart: bytes(text).indexOf('1'.charCodeAt(0)),
    })
  })

  test('when it is absent, starts after the byte order mark', () => {
    const head = inspectHead(bytes('\uFEFFa,b\n1,2\n'), csv, 'absent')
    expect(head).toEqual({ header: false, width: 2, bodyStart: 3 })
  })

  test('on an object without rows, has no width', () => {
    expect(inspectHead(bytes('\n\n'), csv, 'auto')).toEqual({
      header: false,
      width: 0,
      bodyStart: 0,
    })
  })
})

describe('the head of another object of a table', () => {
  const table = { header: true, columns: ['id', '3rd'] }

  test.for([
    { what: "the table's names over words", text: 'id,3rd\nx,y\n', header: true },
    { what: "the table's names alone, in quotes", text: '"id",3rd', header: true },
    { what: 'other names over words', text: 'id,4th\nx,y\n', header: false },
    { what: 'rows', text: '1,2\n', header: false },
  ])('of $what has a header: $header', ({ text, header }) => {
    expect(inspectNext(table, bytes(text), csv, 'auto').header).toBe(header)
  })

  test('has no header by the names of a table without one', () => {
    const plain = { header: false, columns: ['id', '3rd'] }
    expect(inspectNext(plain, bytes('id,3rd\n'), csv, 'auto').header).toBe(false)
  })
})

describe('encoding', () => {
  test.for([
    { what: 'UTF-16 with its mark', text: Buffer.from('\uFEFFa,b\n', 'utf16le'), code: 'utf16' },
    {
      what: 'big-endian UTF-16',
      text: Buffer.from('\uFEFFa,b\n', 'utf16le').swap16(),
      code: 'utf16',
    },
    { what: 'UTF-16 without a mark', text: Buffer.from('a,b\nc,d\n', 'utf16le'), code: 'utf16' },
    { what: 'gzip', text: gzipSync('a,b\n'), code: 'not_text' },
    { what: 'zstd', text: zstdCompressSync('a,b\n'), code: 'not_text' },
    { what: 'a NUL byte', text: bytes('a,b\n1,\u0000\n'), code: 'nul_byte' },
  ])('on $what, throws $code with a hint', ({ text, code }) => {
    const act = () => inspectHead(text, csv, 'auto')
    expect(codeOf(act)).toBe(code)
    expect(act).toThrow(
      expect.objectContaining({
        hint: expect.stringMatching(/iconv|tr -d|set dataset/),
      }),
    )
  })

  test('reads Latin-1 as it stands', () => {
    expect(inspectHead(Buffer.from('caf\xe9,b\n1,2\n', 'latin1'), csv, 'auto').width).toBe(2)
  })
})

describe('a head that is not the whole object', () => {
  test('leaves out a row that may go on', () => {
    expect(inspectHead(bytes('a,b\na,b'), csv, 'auto', false).header).toBe(true)
    expect(inspectHead(bytes('a,b\na,b'), csv, 'auto', true).header).toBe(false)
  })

  const long = '1'.repeat(headBytes)

  test('of a first row that goes on beyond a head, finds the same however much is given', () => {
    const text = bytes(`${long},b\n1,b\n${long},2\n`)
    const ends = headBytes + 3
    for (const end of [ends + 1, text.length]) {
      const found = inspectHead(text.subarray(0, end), csv, 'present', false)
      expect(found).toMatchObject({ header: true, width: 2, bodyStart: ends })
    }
    const names = bytes(`a${long},b\na,b\n`)
    expect(inspectHead(names, csv, 'auto', true).header).toBe(true)
  })

  test('of JSON lines, needs no row that ends', () => {
    const head = { header: false, width: 1, bodyStart: 0 }
    expect(inspectHead(bytes(`\n{"a":"${long}`), jsonLines, 'absent', false)).toEqual(head)
    const blank = () => inspectHead(bytes('\r\n\n'), jsonLines, 'absent', false)
    expect(codeOf(blank)).toBe('head_incomplete')
    expect(inspectHead(bytes('\r\n\n'), jsonLines, 'absent', true).width).toBe(0)
  })

  test('when the first row does not end in it, asks for more', () => {
    const act = () => inspectHead(Buffer.alloc(headBytes, '1,'), csv, 'auto')
    expect(codeOf(act)).toBe('head_incomplete')
  })
})

describe('what sets a wide header apart is told by its first other column', () => {
  const columns = Array.from({ length: 300 }, (_, column) => `feature_${column}`)
  const headOf = (names: readonly string[]) => ({
    header: true,
    columns: names,
    width: names.length,
    bodyStart: 0,
  })
  const wide = 'the header of 300 columns with'

  test.for<[string, readonly string[], string]>([
    [
      'a name',
      columns.with(257, 'income'),
      `${wide} "income" as column 257, the table ${wide} "feature_257" as column 257`,
    ],
    [
      'a column fewer',
      columns.slice(0, -1),
      `the header of 299 columns, the table ${wide} "feature_299" as column 299`,
    ],
    [
      'a column more',
      [...columns, 'label'],
      'the header of 301 columns with "label" as column 300, the table the header of 300 columns',
    ],
    [
      'few columns',
      ['id', 'age'],
      `the header ["id","age"], the table ${wide} "feature_0" as column 0`,
    ],
  ])('%s', ([, names, told]) => {
    expect(headDifference(headOf(columns), headOf(names))).toBe(told)
  })

  test('nothing where they are the same, and that there is none where there is none', () => {
    expect(headDifference(headOf(columns), headOf([...columns]))).toBeUndefined()
    const none = { header: false, width: 300, bodyStart: 0 }
    expect(headDifference(headOf(columns), none)).toBe(
      `no header, the table ${wide} "feature_0" as column 0`,
    )
  })
})
