import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import { HEALTH_PORT, healthCheck } from './health-check.ts'

/** The exit code of the check, asked of another port. */
async function check(port: number): Promise<number | null> {
  const [, , ...args] = healthCheck.command
  const here = args.map((arg) => arg.replace(`:${HEALTH_PORT}/`, `:${port}/`))
  const [code] = (await once(execFile(process.execPath, here), 'exit')) as [number | null]
  return code
}

/** A health page that answers so, until disposed of. */
async function page(status: number) {
  const server = createServer(({ url }, response) => {
    response.writeHead(url === '/healthz' ? status : 404).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

test.for([
  [200, 0],
  [503, 1],
] as const)('of a task that answers %i, ends with %i', async ([status, code]) => {
  await using served = await page(status)
  expect(await check(served.port)).toBe(code)
})

test('of a task where nobody listens, ends with 1', async () => {
  const { port } = await closed()
  expect(await check(port)).toBe(1)
})

async function closed() {
  await using served = await page(200)
  return { port: served.port }
}

test('the page of the images shows the very command', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/container.md'), 'utf8')
  const [, shown = ''] = /## A health check[^]*?```json\n([^]*?)```/.exec(text) ?? []
  expect(JSON.parse(shown)).toEqual(healthCheck.command)
  expect(text).toContain(`MILLRACE_HEALTH_PORT=${HEALTH_PORT}`)
})
