import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Health } from './health.ts'

export interface HealthServer extends AsyncDisposable {
  readonly port: number
}

/**
 * Serves `/healthz` (200 while live) and `/readyz` (200 while ready), both with the report as JSON.
 * It listens on loopback unless told otherwise: the report shows the configuration.
 *
 * @param options.port 0 takes a free one.
 * @throws the error of `listen`, for instance when the port is in use.
 */
export async function serveHealth(
  health: Health,
  options: { readonly port: number; readonly host?: string },
): Promise<HealthServer> {
  const server = createServer((request, response) => answer(health, request, response))
  server.listen(options.port, options.host ?? '127.0.0.1')
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

function answer(health: Health, request: IncomingMessage, response: ServerResponse): void {
  const { live, ready, ...report } = health.report()
  const status = { '/healthz': live ? 200 : 503, '/readyz': ready ? 200 : 503 }[request.url ?? '']
  response.writeHead(status ?? 404, { 'content-type': 'application/json' })
  response.end(status === undefined ? '{}' : `${JSON.stringify({ live, ready, ...report })}\n`)
}
