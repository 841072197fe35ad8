import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createConnectionPool } from './connection-pool.ts'

const never = new AbortController().signal
const OK = 'HTTP/1.1 206 Partial Content\r\nContent-Length: 2\r\n\r\nok'

/** A server that answers the first request only, and a way to it with one connection. */
async function poolOfOne() {
  const sockets: Socket[] = []
  const requests: string[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('data', (request) => {
      requests.push(String(request))
      if (requests.length === 1) socket.write(OK)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const pool = createConnectionPool(1)
  onTestFinished(() => {
    pool.close()
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const origin = { secure: false, host: '127.0.0.1', port }
  const get = (signal: AbortSignal) =>
    pool.get(origin, 'GET / HTTP/1.1\r\n\r\n', Buffer.alloc(2), signal)
  return { get, requests }
}

test('aborted as its turn comes, rejects with the reason and asks for nothing', async () => {
  const { get, requests } = await poolOfOne()
  const stop = new AbortController()
  const first = get(never)
  const second = get(stop.signal)
  // Between the turn that the first one gives up and the moment in which the second one takes it.
  void first.then(() => stop.abort(new Error('drained')))
  await expect(second).rejects.toThrow('drained')
  expect(requests).toHaveLength(1)
})

test('aborted while it waits for its turn, rejects with the reason and leaves the line', async () => {
  const { get, requests } = await poolOfOne()
  const stop = new AbortController()
  const first = get(never)
  const second = get(stop.signal)
  stop.abort(new Error('drained'))
  await expect(second).rejects.toThrow('drained')
  expect(await first).toMatchObject({ filled: true })
  expect(requests).toHaveLength(1)
})
