import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openSocketWire } from './socket-wire.ts'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const never = new AbortController().signal
const limits = { timeoutMs: 5_000, answerBytesMax: 100_000 }

describe.skipIf(!hasOpenssl)('over TLS (needs openssl)', () => {
  let keys: { readonly key: Buffer; readonly cert: Buffer }

  beforeAll(async () => {
    keys = await selfSigned()
  })

  test('answers whole, and makes the second handshake a short one', async () => {
    trust(keys.cert)
    const body = 'x'.repeat(99_999)
    const { reused, sockets, url } = await serving(
      keys,
      `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    )
    const send = wireTo(url)
    expect(String((await send()).body)).toBe(body)
    expect(String((await send()).body)).toBe(body)
    expect(reused).toEqual([false, true])
    expect(sockets.map(({ alpnProtocol }) => alpnProtocol)).toEqual(['http/1.1', 'http/1.1'])
  })

  test('refuses whom nobody vouches for, and another name', async () => {
    const { sockets, url } = await serving(keys, 'content-length: 0\r\n\r\n')
    await expect(wireTo(url)()).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    trust(keys.cert)
    const byAddress = url.replace('localhost', '127.0.0.1')
    await expect(wireTo(byAddress)()).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
    expect(sockets.every(({ bytesRead }) => bytesRead === 0)).toBe(true)
  })
})

function trust(cert: Buffer): void {
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, String(cert)])
  onTestFinished(() => setDefaultCACertificates(before))
}

async function selfSigned() {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const named = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  spawnSync('openssl', ['req', ...kind, ...named, '-keyout', key, '-out', cert, '-days', '2'])
  const keys = { key: await readFile(key), cert: await readFile(cert) }
  await rm(folder, { recursive: true })
  return keys
}

async function serving(keys: object, rest: string) {
  const sockets: TLSSocket[] = []
  const reused: boolean[] = []
  const server = createServer({ ...keys, ALPNProtocols: ['http/1.1'] }, (socket) => {
    sockets.push(socket)
    reused.push(socket.isSessionReused())
    socket.on('error', () => socket.destroy())
    socket.on('data', () => socket.write(`HTTP/1.1 200 OK\r\n${rest}`))
  })
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { reused, sockets, url: `https://localhost:${(server.address() as AddressInfo).port}` }
}

function wireTo(url: string) {
  const wire = openSocketWire(url, {
    connectionsMax: 1,
    connectTimeoutMs: 1_000,
    keepAliveMs: 1_000,
  })
  onTestFinished(async () => await wire.close())
  const request = { path: '/', headers: ['host', 'h'], body: Buffer.from('body') }
  return () => wire.exchange(request, limits, never)
}
