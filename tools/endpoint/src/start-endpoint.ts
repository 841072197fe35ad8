import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { checkOptions } from './check-options.ts'
import { EndpointError } from './endpoint-error.ts'
import type { Endpoint, EndpointOptions } from './endpoint-options.ts'
import { createGate } from './gate.ts'
import { type Serving, serveInvocation } from './serve-invocation.ts'

/**
 * Starts a local SageMaker endpoint that serves `options.model` on loopback.
 *
 * @throws {EndpointError} `option_invalid`, `port_in_use`, `listen_failed`.
 */
export async function startEndpoint(options: EndpointOptions): Promise<Endpoint> {
  checkOptions(options)
  const closing = new AbortController()
  const serving = createServing(options)
  const server = createServer((request, response) => {
    serveInvocation(serving, request, response, closing.signal).catch((error: unknown) => {
      response.destroy()
      // A client that went away and an endpoint that closes are no bugs.
      if (!request.errored && !closing.signal.aborted) throw error
    })
  })
  // A connection that we closed under a client's next request would look to it like a reset.
  server.keepAliveTimeout = 10 * 60_000
  await listen(server, options.port ?? 0, options.host ?? '127.0.0.1')
  const close = async () => {
    closing.abort()
    await new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get stats() {
      return { ...serving.stats }
    },
    change(behaviour) {
      checkOptions({ ...serving.options, ...behaviour })
      serving.options = { ...serving.options, ...behaviour }
      serving.gate.admit()
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function createServing(options: EndpointOptions): Serving {
  const gate = createGate(() => ({
    concurrencyMax: serving.options.concurrencyMax ?? Infinity,
    queueMax: serving.options.queueMax ?? 0,
  }))
  const stats = { invocations: 0, rows: 0, throttled: 0, inFlight: 0, inFlightMax: 0 }
  const serving: Serving = { options, gate, stats: { ...stats, faults: {}, statuses: {} } }
  return serving
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const inUse = cause.code === 'EADDRINUSE'
      const message = `listen on ${host}:${port}: ${inUse ? 'the port is in use' : cause.message}`
      reject(new EndpointError(inUse ? 'port_in_use' : 'listen_failed', message, { cause }))
    })
    server.listen(port, host, resolve)
  })
}
