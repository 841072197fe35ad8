import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createHealth, type HealthOptions } from './health.ts'
import { serveHealth } from './serve-health.ts'

const healthy: HealthOptions = {
  app: 'consumer',
  version: '0.1.0',
  config: { QUEUE_URL: 'http://me:hunter2@host/q', MODEL_TOKEN: 'hunter2', CONCURRENCY: 16 },
  state: () => 'running',
  pollAgeMs: () => 500,
}

/** Keeps the event loop busy, as a parse of something huge does. */
function block(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end) continue
}

describe('the report', () => {
  test.for([
    { what: 'running', state: 'running', pollAgeMs: 0, live: true, ready: true },
    { what: 'draining', state: 'draining', pollAgeMs: 0, live: true, ready: false },
    {
      what: 'silent for too long',
      state: 'running',
      pollAgeMs: 120_001,
      live: false,
      ready: false,
    },
  ])('while $what, has live $live and ready $ready', ({ state, pollAgeMs, live, ready }) => {
    using health = createHealth({ ...healthy, state: () => state, pollAgeMs: () => pollAgeMs })
    expect(health.report()).toMatchObject({ state, live, ready })
  })

  test('after the loop was stuck, is not live once', () => {
    using health = createHealth({ ...healthy, lagMsMax: 50 })
    block(200)
    expect(health.report().live).toBe(false)
    expect(health.report().live).toBe(true)
  })

  test('shows the configuration without its secrets', () => {
    using health = createHealth(healthy)
    expect(health.report().config).toEqual({
      QUEUE_URL: 'http://***@host/q',
      MODEL_TOKEN: '***',
      CONCURRENCY: 16,
    })
  })
})

describe('the server', () => {
  test.for([
    { path: '/healthz', state: 'running', status: 200 },
    { path: '/readyz', state: 'running', status: 200 },
    { path: '/healthz', state: 'draining', status: 200 },
    { path: '/readyz', state: 'draining', status: 503 },
    { path: '/', state: 'running', status: 404 },
  ])('at $path while $state, answers $status', async ({ path, state, status }) => {
    using health = createHealth({ ...healthy, state: () => state })
    await using server = await serveHealth(health, { port: 0 })
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`)
    expect(response.status).toBe(status)
    expect(await response.text()).not.toContain('hunter2')
  })

  test('on a port in use, rejects', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    using health = createHealth(healthy)
    const { port } = other.address() as AddressInfo
    await expect(serveHealth(health, { port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    other.close()
  })
})
