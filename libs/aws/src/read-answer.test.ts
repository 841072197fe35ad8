import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createAnswerReader, type WholeAnswer } from './read-answer.ts'

const BYTES_MAX = 1_000

/** Reads an answer that comes in such pieces, in memory that is used again as a connection's is. */
function read(pieces: readonly string[], ends = false): WholeAnswer | undefined {
  const reader = createAnswerReader(BYTES_MAX)
  const memory = Buffer.alloc(10_000)
  let whole: WholeAnswer | undefined
  for (const piece of pieces) {
    if (whole !== undefined) throw new RangeError('it was whole before its last piece')
    whole = reader.push(memory.subarray(0, memory.write(piece, 'latin1')))
    memory.fill('#')
  }
  return whole ?? (ends ? reader.end() : undefined)
}

const OK = 'HTTP/1.1 200 OK\r\n'
const chunks = 'transfer-encoding: chunked\r\n\r\n'

test.for<[string, string, string, number]>([
  ['a length', `${OK}content-length: 5\r\n\r\n0.5\r\n`, '0.5\r\n', Infinity],
  ['no body', 'HTTP/1.1 204 No Content\r\ndate: now\r\n\r\n', '', Infinity],
  ['a length of nothing', `${OK}content-length: 0\r\n\r\n`, '', Infinity],
  [
    'chunks',
    `${OK}${chunks}3;x=y\r\n0.5\r\nA\r\n0123456789\r\n0\r\n\r\n`,
    '0.50123456789',
    Infinity,
  ],
  ['trailers', `${OK}${chunks}1\r\na\r\n0\r\nx: y\r\nz: 1\r\n\r\n`, 'a', Infinity],
  [
    'an interim answer before it',
    `HTTP/1.1 100 Continue\r\n\r\n${OK}content-length: 1\r\n\r\na`,
    'a',
    Infinity,
  ],
  ['a connection to be closed', `${OK}Connection: Close\r\nContent-Length: 1\r\n\r\na`, 'a', 0],
  ['the old protocol', 'HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\na', 'a', 0],
  [
    'a short time to keep',
    `${OK}keep-alive: max=9, timeout=5\r\ncontent-length: 1\r\n\r\na`,
    'a',
    3_000,
  ],
  ['hardly a time to keep', `${OK}keep-alive: timeout=1\r\ncontent-length: 1\r\n\r\na`, 'a', 0],
])('reads an answer with %s, wherever it is cut', ([, text, body, keepMs]) => {
  for (let cut = 0; cut <= text.length; cut += 1) {
    const answer = read([text.slice(0, cut), text.slice(cut)].filter((piece) => piece !== ''))
    expect({ cut, body: String(answer?.body), keepMs: answer?.keepMs }).toEqual({
      cut,
      body,
      keepMs,
    })
  }
  const bytes = read(text.split(''))
  expect(String(bytes?.body)).toBe(body)
})

test('an answer without a length ends with its connection', () => {
  const text = `${OK}content-type: text/csv\r\n\r\n`
  expect(read([text, '0.5\n', '0.6\n'])).toBeUndefined()
  expect(read([text, '0.5\n', '0.6\n'], true)).toMatchObject({ keepMs: 0, status: 200 })
  expect(String(read([text, '0.5\n', '0.6\n'], true)?.body)).toBe('0.5\n0.6\n')
  expect(String(read([text], true)?.body)).toBe('')
})

test('gives headers by their names in lower case, of two the first', () => {
  const text = `${OK}X-Amzn-ErrorType:  A b \r\nx-amzn-errortype: c\r\nempty:\r\ncontent-length: 0\r\n\r\n`
  expect(read([text])?.headers).toMatchObject({ 'x-amzn-errortype': 'A b', empty: '' })
})

test.for<[string, string]>([
  ['that is cut in its body', `${OK}content-length: 5\r\n\r\n0.5`],
  ['that is cut in a chunk', `${OK}${chunks}5\r\n0.5`],
  ['that is cut before its trailers end', `${OK}${chunks}0\r\n`],
  ['that is cut in its head', `${OK}content-len`],
])('does not take for whole an answer %s', ([, text]) => {
  expect(read([text], true)).toBeUndefined()
})

test.for<[string, string]>([
  ['another protocol', 'SSH-2.0-x\r\n\r\n'],
  ['a status that is none', 'HTTP/1.1 20 OK\r\n\r\n'],
  ['a switch of protocols', 'HTTP/1.1 101 Switching\r\n\r\n'],
  ['a header without a colon', `${OK}content-length\r\n\r\n`],
  ['a header over two lines', `${OK}a: b\r\n c\r\n\r\n`],
  ['a space in a name', `${OK}content-length : 1\r\n\r\na`],
  ['two lengths', `${OK}content-length: 1\r\ncontent-length: 2\r\n\r\na`],
  ['a length and chunks', `${OK}content-length: 1\r\n${chunks}1\r\na\r\n0\r\n\r\n`],
  ['a length that is none', `${OK}content-length: -1\r\n\r\n`],
  ['another coding', `${OK}transfer-encoding: gzip, chunked\r\n\r\n`],
  ['more than its length', `${OK}content-length: 1\r\n\r\nab`],
  ['more than its chunks', `${OK}${chunks}0\r\n\r\nHTTP/1.1`],
  ['a chunk longer than it says', `${OK}${chunks}1\r\nab\r\n0\r\n\r\n`],
  ['a chunk without a size', `${OK}${chunks}\r\n`],
  ['a line feed alone in its chunks', `${OK}${chunks}1\na\r\n0\r\n\r\n`],
  ['too long a length', `${OK}content-length: 1001\r\n\r\n`],
  ['too much in chunks', `${OK}${chunks}3e9\r\n${'a'.repeat(1_001)}\r\n0\r\n\r\n`],
  ['too much until its end', `${OK}\r\n${'a'.repeat(1_001)}`],
])('refuses %s', ([, text]) => {
  expect(() => read([text])).toThrow(expect.objectContaining({ code: 'EBADMSG' }))
})

test('refuses a head without an end', () => {
  const reader = createAnswerReader(BYTES_MAX)
  const endless = () => {
    for (let lines = 0; lines < 100; lines += 1) reader.push(Buffer.from(`${OK}${'a'.repeat(999)}`))
  }
  expect(endless).toThrow('without a body')
})

test('a body in chunks of one byte takes about as much memory as in one', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const kept = (): number => {
    collect()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  const bytes = 400_000
  const reader = createAnswerReader(bytes)
  reader.push(Buffer.from(`${OK}${chunks}`))
  const chunk = Buffer.from('1\r\na\r\n'.repeat(1_000))
  const before = kept()
  for (let at = 0; at < bytes; at += 1_000) reader.push(chunk)
  expect(kept() - before).toBeLessThan(10 * bytes)
  expect(reader.push(Buffer.from('0\r\n\r\n'))?.body).toHaveLength(bytes)
})
