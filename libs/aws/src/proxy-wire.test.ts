import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { openProxyWire } from './proxy-wire.ts'

const never = new AbortController().signal
const TIMEOUT_MS = 200

async function listening(serve: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => socket.destroy())
    serve(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** A way by a proxy, which tunnels what asks for it, to a server that answers each request as it is told to. */
async function wireTo(answer: (socket: Socket) => void, timeoutMs = TIMEOUT_MS) {
  const origin = await listening((socket) => socket.on('data', () => answer(socket)))
  const proxy = await listening((socket) => {
    socket.once('data', (first) => {
      const upstream = connect(origin, '127.0.0.1').on('error', () => socket.destroy())
      if (String(first).startsWith('CONNECT')) socket.write('HTTP/1.1 200 Connected\r\n\r\n')
      else upstream.write(first)
      socket.pipe(upstream).pipe(socket)
    })
  })
  const wire = openProxyWire(`http://127.0.0.1:${origin}`, {
    connectionsMax: 1,
    connectTimeoutMs: 1_000,
    keepAliveMs: 30_000,
    proxies: { http: `http://127.0.0.1:${proxy}` },
  })
  onTestFinished(async () => await wire.close())
  const request = { path: '/p', headers: ['host', 'h'], body: Buffer.from('body') }
  const limits = { timeoutMs, answerBytesMax: 100 }
  return () => wire.exchange(request, limits, never)
}

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n'

test('reads an answer that comes in pieces', async () => {
  const send = await wireTo((socket) => {
    socket.write(`${HEAD}o`)
    setImmediate(() => socket.write('k'))
  }, 10_000)
  expect(await send()).toMatchObject({ status: 200, body: Buffer.from('ok') })
})

test.for<[string, (socket: Socket) => void]>([
  ['no head', () => undefined],
  ['a late head and no body', (socket) => void setTimeout(() => socket.write(HEAD), 150)],
  ['half a body', (socket) => void setTimeout(() => socket.write(`${HEAD}o`), 150)],
])('of %s, waits no longer than the time-out in all', async ([, answer]) => {
  const send = await wireTo(answer)
  // Else it would wait until the test is given up.
  await expect(send()).rejects.toMatchObject({ name: 'TimeoutError' })
})
