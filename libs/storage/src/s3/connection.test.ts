import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Connection, openConnection } from './connection.ts'

const signal = new AbortController().signal
const OK = 'HTTP/1.1 206 Partial Content\r\nContent-Length: 10\r\n\r\n'

let server: Server
let accepted: Promise<Socket>
let connection: Connection
let closed: Promise<void>

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  accepted = once(server, 'connection').then(([socket]) => socket as Socket)
  const { port } = server.address() as AddressInfo
  const { promise, resolve } = Promise.withResolvers<void>()
  closed = promise
  connection = openConnection({ secure: false, host: '127.0.0.1', port }, resolve)
})

afterEach(async () => {
  connection.close()
  ;(await accepted).destroy()
  server.close()
  await closed
})

/** Asks for ten bytes, and lets the server say the pieces one after the other. */
async function ask(pieces: readonly string[], target: Uint8Array = Buffer.alloc(10)) {
  const answering = connection.get('GET / HTTP/1.1\r\n\r\n', target, signal)
  answering.catch(() => {}) // Awaited below, once all has been said.
  const socket = await accepted
  await once(socket, 'data')
  socket.setNoDelay(true)
  for (const piece of pieces) {
    await new Promise((resolve) => socket.write(piece, 'latin1', resolve))
  }
  return { answering, target, socket }
}

describe('a connection', () => {
  test.for([
    ['in one piece', [`${OK}0123456789`]],
    ['byte by byte', `${OK}0123456789`.split('')],
    ['head and body apart', [OK, '0123456789']],
    ['with some of the body in the head', [`${OK}012`, '345', '6789']],
    [
      'after interim heads',
      ['HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 x\r\na: b\r\n\r\n', OK, '0123456789'],
    ],
    ['after an interim head in the same piece', [`HTTP/1.1 100 Continue\r\n\r\n${OK}0123456789`]],
    ['with status 200', [`HTTP/1.1 200 OK\r\ncontent-length:10\r\n\r\n0123456789`]],
  ] as const)('fills the target with a body %s', async ([, pieces]) => {
    const { answering, target } = await ask(pieces)
    expect(await answering).toMatchObject({ filled: true })
    expect(String(target)).toBe('0123456789')
    expect(connection.isUsable()).toBe(true)
  })

  test('serves again and again', async () => {
    for (const body of ['0123456789', 'abcdefghij', '          ']) {
      const target = Buffer.alloc(10)
      const answering = connection.get('GET / HTTP/1.1\r\n\r\n', target, signal)
      const socket = await accepted
      await once(socket, 'data')
      socket.write(OK + body)
      await answering
      expect(String(target)).toBe(body)
    }
  })

  test('is of no more use after Connection: close', async () => {
    const head = OK.replace('\r\n\r\n', '\r\nConnection: Close\r\n\r\n')
    const { answering } = await ask([`${head}0123456789`])
    expect(await answering).toMatchObject({ filled: true })
    expect(connection.isUsable()).toBe(false)
    await closed
  })

  test.for([
    ['of another length', 'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n0123456789a'],
    ['of unstated length', 'HTTP/1.1 200 OK\r\n\r\n0123456789'],
    [
      'in chunks',
      'HTTP/1.1 206 x\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n',
    ],
    ['of a length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n0123456789'],
  ] as const)('does not take a body %s', async ([, text]) => {
    const { answering, target } = await ask([text])
    expect(await answering).toMatchObject({ filled: false, text: '' })
    expect(target.every((byte) => byte === 0)).toBe(true)
    expect(connection.isUsable()).toBe(false)
  })

  test.for([
    ['of stated length', ['HTTP/1.1 403 x\r\nContent-Length: 5\r\n\r\n', 'no', ' no']],
    [
      'in chunks',
      ['HTTP/1.1 503 x\r\nTransfer-Encoding: chunked\r\n\r\n', '5\r\nno no\r\n', '0\r\n\r\n'],
    ],
  ] as const)('keeps the text of a refusal %s', async ([, pieces]) => {
    const { answering } = await ask(pieces)
    expect(await answering).toMatchObject({ filled: false, text: expect.stringContaining('no no') })
  })

  test('keeps the text of a refusal that ends with the connection', async () => {
    const { answering, socket } = await ask(['HTTP/1.1 500 x\r\n\r\n', 'no no'])
    socket.end()
    expect(await answering).toMatchObject({ text: 'no no', head: { status: 500 } })
  })

  test('cuts the text of an endless refusal', async () => {
    const { answering } = await ask(['HTTP/1.1 500 x\r\n\r\n', 'no'.repeat(20_000)])
    expect((await answering).text.length).toBeLessThanOrEqual(16 * 1024)
  })

  test.for([
    ['something else than HTTP', ['SSH-2.0-OpenSSH_9.9\r\n\r\n'], 'not an HTTP/1.1 response'],
    [
      'an endless head',
      ['HTTP/1.1 200 OK\r\n', 'a: b\r\n'.repeat(5_000)],
      'a head of over 16384 bytes',
    ],
    ['more than it announced', [`${OK}0123456789abc`], 'a body longer than its stated length'],
  ] as const)('on %s, throws', async ([, pieces, message]) => {
    const { answering } = await ask(pieces)
    await expect(answering).rejects.toThrow(message)
    expect(connection.isUsable()).toBe(false)
  })

  test('that gets bytes nobody asked for is closed', async () => {
    const { answering, socket } = await ask([OK, '0123456789'])
    await answering
    socket.write('more')
    await closed
    expect(connection.isUsable()).toBe(false)
  })

  test.for([
    ['before the head', [], false],
    ['in the head', ['HTTP/1.1 206 '], true],
    ['in the body', [OK, '01234'], true],
  ] as const)('that ends %s throws ECONNRESET', async ([, pieces, answered]) => {
    const { answering, socket } = await ask(pieces)
    socket.end()
    await expect(answering).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(connection.hasAnswered()).toBe(answered)
  })

  test('after an abort, writes nothing into the target any more', async () => {
    const stop = new AbortController()
    const target = Buffer.alloc(10)
    const answering = connection.get('GET / HTTP/1.1\r\n\r\n', target, stop.signal)
    const socket = await accepted
    await once(socket, 'data')
    socket.write(`${OK}01234`)
    await expect.poll(() => target[0]).toBe(0x30)
    stop.abort(new Error('drained'))
    await expect(answering).rejects.toThrow('drained')
    target.fill(0)
    socket.write('56789')
    await closed
    expect(target.every((byte) => byte === 0)).toBe(true)
  })
})
