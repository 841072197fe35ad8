import { expect, test } from 'vitest'
import { readCsv } from './read-csv.ts'

const read = (payload: string | Buffer, features = 2) => readCsv(Buffer.from(payload), features)

const valuesOf = (payload: string, features = 2): number[] => {
  const csv = read(payload, features)
  return csv.kind === 'rows' ? [...csv.matrix] : expect.unreachable(csv.message)
}

const { NaN: missing } = Number

test.for<[string, string, number[]]>([
  ['no final newline', '1,2\n3,4', [1, 2, 3, 4]],
  ['final newlines', '1,2\n3,4\n\n', [1, 2, 3, 4]],
  ['CRLF', '1,2\r\n3,4\r\n', [1, 2, 3, 4]],
  ['spaces around fields', ' 1, 2 \n3 ,4', [1, 2, 3, 4]],
  ['semicolons', '1;2\n3;4', [1, 2, 3, 4]],
  ['empty fields and nan', ',2\n3,\nnan,NaN\n', [missing, 2, 3, missing, missing, missing]],
  ['decimals', '1.5,-0.25\n.5,5.', [1.5, -0.25, 0.5, 5]],
  ['exponents and signs', '+1e2,-1E-2', [100, Math.fround(-0.01)]],
  ['underscores', '1_000,2', [1000, 2]],
  ['many digits', '0.1234567890123456789,16777217', [Math.fround(0.12345678901234568), 16777216]],
])('reads %s', ([, payload, values]) => {
  expect(valuesOf(payload)).toEqual(values)
})

test('rounds to float64 first and then to float32', () => {
  // Just above the middle between two float32, by less than a float64 can tell: the even one wins.
  expect(valuesOf('1.000000059604644775390625000001,0')[0]).toBe(1)
})

test('with too few columns, takes the others as missing', () => {
  expect(valuesOf('1,2\n3,4', 3)).toEqual([1, 2, missing, 3, 4, missing])
})

test('with one column, takes an inner blank line as missing', () => {
  expect(valuesOf('1\n\n3', 1)).toEqual([1, missing, 3])
})

test.for<[string, string | Buffer, number, string]>([
  ['text', '1,2\nx,4', 415, "could not convert string to float: 'x'"],
  ['a header', 'month,day\n1,2', 415, "could not convert string to float: 'month'"],
  ['quotes', '"1",2', 415, `could not convert string to float: '"1"'`],
  ['a byte order mark', '\u{feff}1,2', 415, String.raw`to float: '\ufeff1'`],
  ['an empty last field before CRLF', '1,\r\n3,4', 415, String.raw`to float: '\r'`],
  ['hexadecimal', '0x1,2', 415, "could not convert string to float: '0x1'"],
  ['a lone sign', '-,2', 415, "could not convert string to float: '-'"],
  ['a lone point', '.,2', 415, "could not convert string to float: '.'"],
  ['an inner blank line', '1,2\n\n3,4', 415, 'The detected shape was (3,) + inhomogeneous part.'],
  ['a ragged row before text', '1,x\n3', 415, 'inhomogeneous shape'],
  ['infinity', '1,inf', 415, 'Input data contains `inf`'],
  ['a number beyond float32', '1,1e39', 415, 'Input data contains `inf`'],
  ['white space alone', '\n', 415, 'Could not determine delimiter'],
  ['bytes that are no UTF-8', Buffer.from([0x31, 0x2c, 0xff]), 415, 'UnicodeDecodeError'],
  ['too many columns', '1,2,3', 400, '(2 vs. 3) : Number of columns does not match'],
])('refuses %s as the container words it', ([, payload, status, words]) => {
  expect(read(payload)).toEqual({
    kind: 'refused',
    status,
    message: expect.stringContaining(words),
  })
})
