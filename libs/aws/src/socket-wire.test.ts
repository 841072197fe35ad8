import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { WireOptions } from './wire.ts'
import { openSocketWire } from './socket-wire.ts'

const never = new AbortController().signal
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

/** Speaks to each connection as it is told to; a request is what comes in one piece. */
async function serving(answer: (socket: Socket, request: string, count: number) => void) {
  const sockets: Socket[] = []
  let count = 0
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => socket.destroy())
    socket.on('data', (piece) => answer(socket, String(piece), (count += 1)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { sockets, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function wireTo(url: string, options: Partial<WireOptions> = {}) {
  const wire = openSocketWire(url, {
    connectionsMax: 4,
    connectTimeoutMs: 1_000,
    keepAliveMs: 30_000,
    ...options,
  })
  onTestFinished(async () => await wire.close())
  const send = (signal = never, timeoutMs = 5_000) =>
    wire.exchange(
      { path: '/p', headers: ['host', 'h'], body: Buffer.from('body') },
      { timeoutMs, answerBytesMax: 100 },
      signal,
    )
  return Object.assign(send, { close: async () => await wire.close() })
}

test('sends head and body, and uses a connection again', async () => {
  const requests: string[] = []
  const { sockets, url } = await serving((socket, request) => {
    requests.push(request)
    socket.write(OK)
  })
  const send = wireTo(url)
  expect(await send()).toMatchObject({ status: 200, body: Buffer.from('ok') })
  await send()
  expect(requests[1]).toBe('POST /p HTTP/1.1\r\nhost: h\r\ncontent-length: 4\r\n\r\nbody')
  expect(sockets).toHaveLength(1)
})

test('has no more connections than it may, and serves who waits', async () => {
  const open: Socket[] = []
  const { sockets, url } = await serving((socket) => void open.push(socket))
  const send = wireTo(url, { connectionsMax: 2 })
  const gaveUp = new AbortController()
  const answers = [send(), send(), send(gaveUp.signal), send()]
  await expect.poll(() => open).toHaveLength(2)
  gaveUp.abort(new Error('drained'))
  await expect(answers[2]).rejects.toThrow('drained')
  open[0]?.write(OK)
  await expect.poll(() => open).toHaveLength(3)
  for (const socket of open.slice(1)) socket.write(OK)
  expect(await Promise.all([answers[0], answers[1], answers[3]])).toHaveLength(3)
  expect(sockets).toHaveLength(2)
})

const CLOSING = 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'

test.for<[string, string, (socket: Socket) => void]>([
  ['wants it closed', CLOSING, () => {}],
  ['closes it after its answer', OK, (socket) => socket.end()],
  ['says more than was asked', OK, (socket) => socket.write(OK)],
])('when a service %s, opens another connection', async ([, answer, afterwards]) => {
  const { sockets, url } = await serving((socket) => socket.write(answer))
  const send = wireTo(url)
  await send()
  const [first] = sockets
  if (first !== undefined) afterwards(first)
  await expect.poll(() => first?.readableEnded === true || first?.destroyed).toBe(true)
  await send()
  expect(sockets).toHaveLength(2)
})

test('an answer that comes late reaches no other request', async () => {
  const { sockets, url } = await serving((socket, _, count) => {
    if (count > 1) socket.write(OK.replace('ok', 'no'))
  })
  const send = wireTo(url, { connectionsMax: 1 })
  await expect(send(never, 20)).rejects.toMatchObject({ name: 'TimeoutError' })
  sockets[0]?.write(OK)
  expect(String((await send()).body)).toBe('no')
})

test('aborted, rejects with the reason and ends the connection', async () => {
  const stop = new AbortController()
  const { sockets, url } = await serving(() => stop.abort(new Error('drained')))
  const send = wireTo(url)
  await expect(send(stop.signal)).rejects.toThrow('drained')
  await expect.poll(() => sockets[0]?.readableEnded === true || sockets[0]?.destroyed).toBe(true)
  await expect(send(stop.signal)).rejects.toThrow('drained')
  expect(sockets).toHaveLength(1)
})

test('aborted as its turn comes, rejects with the reason and sends nothing', async () => {
  const requests: string[] = []
  const { url } = await serving((socket, request) => {
    requests.push(request)
    if (requests.length === 1) socket.write(OK)
  })
  const send = wireTo(url, { connectionsMax: 1 })
  const stop = new AbortController()
  const first = send()
  const second = send(stop.signal)
  // Between the turn that the first one gives up and the moment in which the second one takes it.
  void first.then(() => stop.abort(new Error('drained')))
  await expect(second).rejects.toThrow('drained')
  expect(requests).toHaveLength(1)
})

test.for<[string, (socket: Socket) => void, string]>([
  ['ends before its answer', (socket) => void socket.end(), 'ECONNRESET'],
  ['ends within its answer', (socket) => void socket.end(OK.slice(0, -1)), 'ECONNRESET'],
  ['resets the connection', (socket) => void socket.resetAndDestroy(), 'ECONNRESET'],
  ['speaks otherwise', (socket) => void socket.write('220 smtp ready\r\n\r\n'), 'EBADMSG'],
])('when a service %s, says so', async ([, answer, code]) => {
  const { url } = await serving(answer)
  await expect(wireTo(url)()).rejects.toMatchObject({ code })
})

test('when nobody listens, says so, and gives the room back', async () => {
  const send = wireTo('http://127.0.0.1:1', { connectionsMax: 1 })
  await expect(send()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await expect(send()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('when no connection comes in time, says so', async () => {
  // Takes the connection, and never speaks TLS.
  const { url } = await serving(() => {})
  const send = wireTo(url.replace('http:', 'https:'), { connectTimeoutMs: 20 })
  await expect(send()).rejects.toMatchObject({ code: 'ERR_CONNECT_TIMEOUT' })
})

test('closes what nobody uses for long', async () => {
  const { sockets, url } = await serving((socket) => void socket.write(OK))
  const send = wireTo(url, { keepAliveMs: 20 })
  await send()
  await expect.poll(() => sockets[0]?.readableEnded === true || sockets[0]?.destroyed).toBe(true)
})

test.for<[string, (url: string) => string]>([
  ['waits for its answer', (url) => url],
  // Nobody speaks TLS there.
  ['is being connected', (url) => url.replace('http:', 'https:')],
])('closed, lets fail at once what %s, and sends no more', async ([, urlOf]) => {
  const { sockets, url } = await serving(() => {})
  const send = wireTo(urlOf(url), { connectTimeoutMs: 60_000 })
  const answer = send()
  await expect.poll(() => sockets).toHaveLength(1)
  await send.close()
  await expect(answer).rejects.toMatchObject({ code: 'ECONNRESET' })
  await expect(send()).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(sockets).toHaveLength(1)
})

test('closed, ends what nobody uses', async () => {
  const { sockets, url } = await serving((socket) => void socket.write(OK))
  const send = wireTo(url)
  await send()
  await send.close()
  await expect.poll(() => sockets[0]?.readableEnded === true || sockets[0]?.destroyed).toBe(true)
})
