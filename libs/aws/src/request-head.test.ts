import { expect, test } from 'vitest'
import { requestHead } from './request-head.ts'

test('writes a line for each header, and the length of the body', () => {
  expect(requestHead('/a?b', ['host', 'x:1', 'x-empty', '', 'x-text', 'é\t1'], 12)).toBe(
    'POST /a?b HTTP/1.1\r\nhost: x:1\r\nx-empty: \r\nx-text: é\t1\r\ncontent-length: 12\r\n\r\n',
  )
})

test.for(['a\r\nx: y', 'a\n', '\0', 'a\x7f', 'é€'])(
  'refuses %j as the value of a header',
  (value) => {
    expect(() => requestHead('/', ['x-custom', value], 0)).toThrow(/^x-custom: wanted text, got/)
  },
)

test.for(['/a b', '/a\r\nx: y', '', '/é'])('refuses %j as a path', (path) => {
  expect(() => requestHead(path, [], 0)).toThrow(/^path: wanted visible ASCII, got/)
})
