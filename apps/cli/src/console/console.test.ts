import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { useStack } from '../system/stack.fixture.ts'
import { createWorld } from '../test-data.fixture.ts'
import { openConsole } from './console.ts'
import { startConsole } from './console.fixture.ts'

const stack = useStack()
const region = 'us-east-1'

test('prints an address with a key, whose page tells nothing', async () => {
  await using opened = await startConsole(stack.env, { region })
  expect(opened.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(opened.key).toMatch(/^[0-9a-f]{32}$/)
  expect(opened.told()).toContain('it is a key')
  const { status, headers, text } = await opened.ask('/')
  expect(status).toBe(200)
  expect(text).toContain('<title>Millrace</title>')
  expect(text).not.toContain(opened.key)
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'content-type': expect.stringContaining('text/html'),
  })
  expect(headers).not.toHaveProperty('access-control-allow-origin')
})

test('has another key at each start', async () => {
  await using one = await startConsole(stack.env, { region })
  await using other = await startConsole(stack.env, { region })
  expect(other.key).not.toBe(one.key)
  const headers = { authorization: `Bearer ${one.key}` }
  expect((await other.ask('/api/jobs', { headers })).status).toBe(401)
})

describe('refuses', () => {
  test.for([
    ['a request without a key', {}, 401],
    ['half a key', { authorization: 'Bearer 0123' }, 401],
    ['a key of the right length', { authorization: `Bearer ${'0'.repeat(32)}` }, 401],
    ['a name that leads to this machine', { host: 'evil.example' }, 403],
    ['a page of another origin', { origin: 'http://evil.example' }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
  ] as const)('%s', async ([, headers, wanted]) => {
    await using opened = await startConsole(stack.env, { region })
    const { status, text } = await opened.ask('/api/jobs', { headers })
    expect(status).toBe(wanted)
    expect(JSON.parse(text)).toMatchObject({ error: expect.any(String) })
  })

  test('a foreign host for its page too', async () => {
    await using opened = await startConsole(stack.env, { region })
    expect((await opened.ask('/', { headers: { host: 'evil.example' } })).status).toBe(403)
  })

  test('what it does not know', async () => {
    await using opened = await startConsole(stack.env, { region })
    expect(await opened.json('/api/other')).toEqual({
      status: 404,
      body: { error: 'there is nothing here' },
    })
  })

  test('a body that no request of the page has', async () => {
    await using opened = await startConsole(stack.env, { region })
    const headers = { authorization: `Bearer ${opened.key}` }
    const body = { code: 'x'.repeat(17 * 1024) }
    const { status } = await opened.ask('/api/letters/batches/discard', {
      method: 'POST',
      body,
      headers,
    })
    expect(status).toBe(413)
  })
})

test('answers a page of its own', async () => {
  await using opened = await startConsole(stack.env, { region })
  const headers = { authorization: `Bearer ${opened.key}`, origin: opened.url }
  expect((await opened.ask('/api/jobs', { headers })).status).toBe(200)
})

test('a port that is taken is told', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { world } = createWorld(stack.env)
  await expect(openConsole({ days: 7, region, port }, world)).rejects.toMatchObject({
    message: `--port ${port}: another process has it`,
    exitCode: 2,
  })
  server.close()
})

test('a stack that cannot be reached is told before there is an address', async () => {
  const env = { ...stack.env, MILLRACE_LEDGER_TABLE: 'gone' }
  const { world, said } = createWorld(env)
  await expect(openConsole({ days: 7, region }, world)).rejects.toThrow(/list jobs/)
  expect(said()).toBe('')
})
