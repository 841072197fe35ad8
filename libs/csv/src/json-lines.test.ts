import { expect, test } from 'vitest'
import { malformedLines } from './json-lines.ts'

const rowsOf = (text: string | Buffer) => malformedLines(Buffer.from(text)).map(({ row }) => row)

test('lines of any JSON value are well formed', () => {
  expect(rowsOf('{"a":[1,2]}\n[1]\r\n"x"\n1e5\nnull\n{"a":"\\n,\\""}')).toEqual([])
})

test.for([
  ['cut', '{"a":1}\n{"a":\n{"a":2}\n', [1]],
  ['CSV', '{"a":1}\n1,2\n', [1]],
  ['two values', '{"a":1}{"a":2}\n', [0]],
  ['NaN, which JSON has not', '{"a":NaN}\n{"a":0}', [0]],
  ['not UTF-8', Buffer.from('{"a":"\xff"}\n1\n', 'latin1'), [0]],
] as const)('a line that is %s is found', ([, text, rows]) => {
  expect(rowsOf(text)).toEqual(rows)
})

test('blank lines are no rows and are not counted', () => {
  expect(malformedLines(Buffer.from('\n1\n\n\r\nx\n'))).toEqual([
    { row: 1, problem: expect.stringContaining('not valid JSON') },
  ])
})

test.for([
  [
    'after CRLF',
    '"a" not json\r\n',
    `Unexpected non-whitespace character after JSON at position 4`,
  ],
  [
    'quoted by the parser',
    '{"a": not}\r\n\r\n',
    `Unexpected token 'o', "{"a": not}" is not valid JSON`,
  ],
  ['cut', '{"a":\r\n', 'Unexpected end of JSON input'],
  [
    'with a name of no quotes',
    '{"a":1,b:2}\n',
    'Expected double-quoted property name in JSON at position 7',
  ],
] as const)('what is wrong with a line %s is one line, and names none', ([, text, problem]) => {
  const [found] = malformedLines(Buffer.from(text))
  expect(found?.problem).toBe(problem)
})
